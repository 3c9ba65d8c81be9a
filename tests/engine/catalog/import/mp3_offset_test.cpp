// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/mp3_offset.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/engine/catalog/same_marks.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::catalog {
namespace {

// CRC-16 as the encoder's authors state it, bit by bit from the table's definition.
unsigned crc_of(const std::string& bytes) {
  unsigned crc = 0;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = (crc & 1U) != 0 ? (crc >> 1) ^ 0xa001U : crc >> 1;
  }
  return crc;
}

// A stereo frame at 44.1 kHz and 128 kbit/s that begins an MP3: music, or facts.
std::string frame(bool has_facts, bool has_tag, bool is_whole) {
  std::string bytes("\xff\xfb\x90\x00", 4);
  bytes += std::string(32, '\0');
  if (has_facts) {
    bytes += std::string("Info\0\0\0\x0f", 8) + std::string(4 + 4 + 100 + 4, '\1');
    if (has_tag) {
      bytes += "LAME3.100" + std::string(25, '\2');
      const unsigned crc = crc_of(bytes) ^ (is_whole ? 0U : 1U);
      bytes += static_cast<char>(crc >> 8);
      bytes += static_cast<char>(crc);
    }
  }
  bytes.resize(417, '\0');
  return bytes;
}

TEST(Mp3Header, TellsTheFourCasesApart) {
  EXPECT_EQ(mp3_header_of(frame(false, false, false)), Mp3Header::kPlain);
  EXPECT_EQ(mp3_header_of(frame(true, false, false)), Mp3Header::kXing);
  EXPECT_EQ(mp3_header_of(frame(true, true, false)), Mp3Header::kTagDamaged);
  EXPECT_EQ(mp3_header_of(frame(true, true, true)), Mp3Header::kTagged);
  EXPECT_EQ(mp3_header_of("fLaC" + std::string(1'000, '\0')), Mp3Header::kNotMp3);
  EXPECT_EQ(mp3_header_of(""), Mp3Header::kNotMp3);
  EXPECT_EQ(mp3_header_of(frame(true, true, true).substr(0, 100)), Mp3Header::kXing) << "cut short";
}

TEST(Mp3Header, IsBehindTagsHoweverLarge) {
  const segue::testing::TempDir folder;
  std::string tag("ID3\4\0\0\0\0\0\0", 10);
  const std::size_t size = 300'000;  // a picture
  for (int i = 0; i < 4; ++i) tag[static_cast<std::size_t>(6 + i)] = static_cast<char>(size >> (7 * (3 - i)) & 0x7fU);
  const std::string path = folder.write("a.mp3", tag + std::string(size, '\xff') + frame(true, true, true));
  EXPECT_EQ(mp3_header_of_file(path), Mp3Header::kTagged);
  EXPECT_EQ(mp3_header_of_file(folder.path("missing")), Mp3Header::kNotMp3);
}

TEST(Mp3Offset, IsAFrameWhereTheProgramCountsTheFrameOfFacts) {
  const auto of = [](DecoderProfile profile) {
    std::vector<double> all;
    for (const auto header :
         {Mp3Header::kNotMp3, Mp3Header::kPlain, Mp3Header::kXing, Mp3Header::kTagDamaged, Mp3Header::kTagged}) {
      all.push_back(decoder_correction_s(profile, header));
    }
    return all;
  };
  EXPECT_EQ(of(DecoderProfile::kRekordbox), (std::vector<double>{0, 0, 0, 0, -0.026}));
  EXPECT_EQ(of(DecoderProfile::kTraktor), (std::vector<double>{0, 0, -0.026, -0.026, -0.026}));
  EXPECT_EQ(of(DecoderProfile::kNone), (std::vector<double>{0, 0, 0, 0, 0}));
}

TEST(Mp3Offset, MovesEveryMarkAndCanBeTakenBack) {
  model::TrackMarks marks = test::full_marks();
  marks.correction_s = 0;
  for (auto& cue : marks.cues) cue.correction_s = 0;
  marks.cues.push_back({model::CuePoint::Kind::kCue, 5, 0.01, 0, "at the start", 0, 0});
  model::TrackMarks moved = marks;
  correct(moved, -0.026);
  EXPECT_NEAR(moved.grid->markers[0].at_s, marks.grid->markers[0].at_s - 0.026, 1e-12);
  EXPECT_NEAR(moved.cues[1].end_s, marks.cues[1].end_s - 0.026, 1e-12);
  EXPECT_EQ(moved.cues.back().at_s, 0);
  test::expect_same_marks(without_correction(moved), marks, 1e-9);
}

TEST(Mp3Offset, AGridThatWouldBeginBeforeTheTrackBeginsABarLater) {
  model::TrackMarks marks;
  marks.grid = model::BeatGrid{.markers = {{0.01, 120}}};
  correct(marks, -0.026);
  EXPECT_NEAR(marks.grid->markers[0].at_s, 1.984, 1e-9);
}

}  // namespace
}  // namespace segue::catalog
