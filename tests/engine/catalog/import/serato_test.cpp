// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/serato.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <taglib/flacfile.h>
#include <taglib/generalencapsulatedobjectframe.h>
#include <taglib/id3v2tag.h>
#include <taglib/mp4file.h>
#include <taglib/mpegfile.h>
#include <taglib/vorbisfile.h>
#include <taglib/xiphcomment.h>

#include "tests/support/media/media.h"
#include "tests/support/tagged/tagged_file.h"

namespace segue::catalog {
namespace {

using std::string_literals::operator""s;
using model::CuePoint;

// --- what Serato writes -------------------------------------------------------------------------------------------

std::string big(std::uint64_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
  return text;
}

std::string base64(const std::string& bytes, bool has_line_feeds = true) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  int line = 0;
  const auto put = [&](unsigned value) {
    text += kLetters[value & 63];
    if (has_line_feeds && ++line % 72 == 0) text += '\n';
  };
  unsigned held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) put(held >> (bits - 6));
  }
  if (bits > 0) put(held << (6 - bits));
  return text;
}

std::string entry(const std::string& type, const std::string& body) { return type + '\0' + big(body.size(), 4) + body; }

std::string cue(int index, std::uint32_t ms, std::uint32_t color, const std::string& name) {
  return entry(
      "CUE", "\0"s + big(static_cast<unsigned>(index), 1) + big(ms, 4) + "\0"s + big(color, 3) + "\0\0"s + name + '\0');
}

std::string loop(int index, std::uint32_t from_ms, std::uint32_t to_ms, const std::string& name) {
  return entry("LOOP", "\0"s + big(static_cast<unsigned>(index), 1) + big(from_ms, 4) + big(to_ms, 4) +
                           "\xff\xff\xff\xff\0\x27\xaa\xe1\0\0"s + name + '\0');
}

std::string markers2(const std::string& entries) {
  std::string object = "\1\1" + base64("\1\1" + entries + '\0');
  object.resize(std::max<std::size_t>(object.size(), 470), '\0');
  return object;
}

// A set of 22 bytes of Markers_, 0xFFFFFFFF for what is not set.
std::string packed(std::uint32_t value) {
  return big((value >> 21 & 7) << 24 | (value >> 14 & 0x7F) << 16 | (value >> 7 & 0x7F) << 8 | (value & 0x7F), 4);
}
constexpr std::uint32_t kUnset = 0xFFFFFFFF;
std::string old_entry(std::uint32_t from_ms, std::uint32_t to_ms, std::uint32_t color, int type) {
  const auto place = [](std::uint32_t ms) { return ms == kUnset ? "\x7f\x7f\x7f\x7f\x7f"s : "\0"s + packed(ms); };
  return place(from_ms) + place(to_ms) + "\0\x7f\x7f\x7f\x7f\x7f"s + packed(color) +
         big(static_cast<unsigned>(type), 1) + "\0"s;
}
std::string old_markers(std::vector<std::string> entries) {
  while (entries.size() < 14) entries.push_back(old_entry(kUnset, kUnset, 0, 3));
  std::string object = "\2\5" + big(entries.size(), 4);
  for (const std::string& one : entries) object += one;
  return object + "\7\x7f\x7f\x7f";
}

std::string float32(double value) { return big(std::bit_cast<std::uint32_t>(static_cast<float>(value)), 4); }

std::string grid(const std::vector<std::pair<double, std::uint32_t>>& markers, double last_s, double bpm) {
  std::string object = "\1\0"s + big(markers.size() + 1, 4);
  for (const auto& [at_s, beats] : markers) object += float32(at_s) + big(beats, 4);
  return object + float32(last_s) + float32(bpm) + "\x37";
}

std::string wrapped(const std::string& name, const std::string& object) {
  return base64("application/octet-stream\0\0"s + name + '\0' + object);
}

struct Read {
  ForeignTrack track;
  ForeignLibrary library;
};
Read read(const SeratoObjects& objects) {
  Read result;
  result.track.title = "song";
  read_serato_marks(objects, result.track, result.library);
  return result;
}

SeratoObjects some_objects() {
  return {.markers2 =
              markers2(entry("COLOR", "\0\xff\x99\x99"s) + cue(0, 1'000, 0xCC0000, "Intro") +
                       cue(6, 61'500, 0x00CCCC, "Drop ⬇") + loop(1, 90'000, 97'500, "hook") + entry("BPMLOCK", "\0"s)),
          .markers = {},
          .beat_grid = grid({}, 0.305, 115.0),
          .autotags =
              "\1\1"
              "115.00\0-3.257\0-1.500\0"s,
          .is_mp4 = false};
}

void expect_some_marks(const ForeignTrack& track) {
  ASSERT_EQ(track.marks.cues.size(), 3U);
  EXPECT_EQ(track.marks.cues[0].index, 1);
  EXPECT_DOUBLE_EQ(track.marks.cues[0].at_s, 1.0);
  EXPECT_EQ(track.marks.cues[0].color, 0xCC0000U);
  EXPECT_EQ(track.marks.cues[0].label, "Intro");
  EXPECT_EQ(track.marks.cues[1].index, 7);
  EXPECT_DOUBLE_EQ(track.marks.cues[1].at_s, 61.5);
  EXPECT_EQ(track.marks.cues[1].label, "Drop ⬇");
  EXPECT_EQ(track.marks.cues[2].kind, CuePoint::Kind::kLoop);
  EXPECT_EQ(track.marks.cues[2].index, 10);
  EXPECT_DOUBLE_EQ(track.marks.cues[2].at_s, 90.0);
  EXPECT_DOUBLE_EQ(track.marks.cues[2].end_s, 97.5);
  EXPECT_EQ(track.marks.cues[2].label, "hook");
  EXPECT_EQ(track.marks.color, 0x993333U) << "as Serato shows what it stores as FF9999";
  ASSERT_TRUE(track.marks.grid);
  ASSERT_EQ(track.marks.grid->markers.size(), 1U);
  EXPECT_NEAR(track.marks.grid->markers[0].at_s, 0.305, 1e-6);
  EXPECT_DOUBLE_EQ(track.marks.grid->markers[0].bpm, 115.0);
  EXPECT_DOUBLE_EQ(track.bpm, 115.0);
  ASSERT_TRUE(track.marks.gain_db);
  EXPECT_DOUBLE_EQ(*track.marks.gain_db, -1.5);
}

// --- the objects --------------------------------------------------------------------------------------------------

TEST(Serato, CuesLoopsColoursAndGridAreRead) {
  const Read result = read(some_objects());
  expect_some_marks(result.track);
  EXPECT_EQ(result.library.skipped_count, 0);
}

// A file that Serato has only analysed, as documented byte by byte.
TEST(Serato, AnAnalysedFileHasAGridAndNoColour) {
  std::string object = "\1\1AQFDT0xPUgAAAAAEAP///0JQTUxPQ0sAAAAAAQAA"s;
  object.resize(470, '\0');
  const Read result = read({.markers2 = object,
                            .markers = {},
                            .beat_grid = "\1\0\0\0\0\1\x3e\x9c\x28\x38\x42\xe6\0\0\x37"s,
                            .autotags = {}});
  EXPECT_TRUE(result.track.marks.cues.empty());
  EXPECT_EQ(result.track.marks.color, 0U);
  EXPECT_NEAR(result.track.marks.grid->markers[0].at_s, 0.305, 1e-3);
  EXPECT_DOUBLE_EQ(result.track.marks.grid->markers[0].bpm, 115.0);
  EXPECT_EQ(result.library.skipped_count, 0);
}

TEST(Serato, OldMarkersWinAndKeepTheNames) {
  SeratoObjects objects = some_objects();
  // Cue 1 has moved, cue 2 is only here, loop 2 is gone.
  objects.markers = old_markers({old_entry(218'456, kUnset, 0xCC0000, 1), old_entry(2'000, kUnset, 0x0000CC, 1)});
  const Read result = read(objects);
  ASSERT_EQ(result.track.marks.cues.size(), 3U);
  EXPECT_DOUBLE_EQ(result.track.marks.cues[0].at_s, 218.456);
  EXPECT_EQ(result.track.marks.cues[0].label, "Intro");
  EXPECT_DOUBLE_EQ(result.track.marks.cues[1].at_s, 2.0);
  EXPECT_EQ(result.track.marks.cues[1].color, 0x0000CCU);
  EXPECT_EQ(result.track.marks.cues[2].index, 7) << "beyond the first five the old form says nothing";
}

TEST(Serato, OldMarkersOfMp4AreNotPacked) {
  std::string object = "\2\5" + big(14, 4);
  object += big(12'345, 4) + big(kUnset, 4) + "\0\xff\xff\xff\xff\0\xcc\x88\0\1\0"s;
  for (int i = 1; i < 14; ++i) object += big(kUnset, 4) + big(kUnset, 4) + "\0\xff\xff\xff\xff\0\0\0\0\3\0"s;
  object += "\0\xff\xff\xff"s;
  const Read result = read({.markers2 = {}, .markers = object, .beat_grid = {}, .autotags = {}, .is_mp4 = true});
  ASSERT_EQ(result.track.marks.cues.size(), 1U);
  EXPECT_DOUBLE_EQ(result.track.marks.cues[0].at_s, 12.345);
  EXPECT_EQ(result.track.marks.cues[0].color, 0xCC8800U);
}

TEST(Serato, AGridOfSeveralTemposKeepsEachBeatInItsPlace) {
  const Read result =
      read({.markers2 = {}, .markers = {}, .beat_grid = grid({{0.5, 16}, {8.5, 32}}, 23.5, 128.0), .autotags = {}});
  ASSERT_TRUE(result.track.marks.grid);
  const auto& markers = result.track.marks.grid->markers;
  ASSERT_EQ(markers.size(), 3U);
  EXPECT_DOUBLE_EQ(markers[0].bpm, 120.0);
  EXPECT_DOUBLE_EQ(markers[1].bpm, 128.0);
  EXPECT_NEAR(result.track.marks.grid->seconds_of_beat(17), 8.5, 1e-9);
  EXPECT_NEAR(result.track.marks.grid->seconds_of_beat(49), 23.5, 1e-9);
}

TEST(Serato, AGridThatBeginsBeforeTheTrackBeginsWithItsFirstBar) {
  const Read result = read({.markers2 = {}, .markers = {}, .beat_grid = grid({}, -0.25, 120.0), .autotags = {}});
  ASSERT_TRUE(result.track.marks.grid);
  EXPECT_NEAR(result.track.marks.grid->markers[0].at_s, 1.75, 1e-6);
}

TEST(Serato, Base64IsReadAsLooselyAsItIsWritten) {
  for (const char* text : {"", "a", "ab", "abc", "abcd"}) {
    EXPECT_EQ(decode_loose_base64(base64(text)), text);
    EXPECT_EQ(decode_loose_base64(base64(text) + "=="), text);
    EXPECT_EQ(decode_loose_base64(base64(text) + "\0\0"s), text);
  }
  const std::string long_text(500, 'x');
  EXPECT_EQ(decode_loose_base64(base64(long_text)), long_text);
  EXPECT_EQ(decode_loose_base64("YWJjY"), "abc`"s) << "a letter too many has an A behind it";
  EXPECT_EQ(decode_loose_base64("YW*j"), std::nullopt);
}

// --- bad input ----------------------------------------------------------------------------------------------------

TEST(Serato, DamageIsReported) {
  const std::string good = markers2(cue(0, 1, 0, "x"));
  const struct {
    SeratoObjects objects;
    const char* what;
  } cases[] = {
      {{.markers2 = "\1\1***not base64***", .markers = {}, .beat_grid = {}, .autotags = {}}, "cues"},
      {{.markers2 = "\1\1" + base64("\2\2nonsense"), .markers = {}, .beat_grid = {}, .autotags = {}}, "cues"},
      {{.markers2 = "\1\1" + base64("\1\1CUE\0\xff\xff\xff\xff"s), .markers = {}, .beat_grid = {}, .autotags = {}},
       "cues"},
      {{.markers2 = markers2(entry("CUE", "\0\0"s)), .markers = {}, .beat_grid = {}, .autotags = {}}, "cue"},
      {{.markers2 = markers2(cue(200, 1, 0, "")), .markers = {}, .beat_grid = {}, .autotags = {}}, "cue"},
      {{.markers2 = markers2(cue(0, 0xFFFFFFF0, 0, "")), .markers = {}, .beat_grid = {}, .autotags = {}}, "cue"},
      {{.markers2 = markers2(loop(0, 500, 400, "")), .markers = {}, .beat_grid = {}, .autotags = {}}, "loop"},
      {{.markers2 = {}, .markers = "\2\5\xff\xff\xff\xff", .beat_grid = {}, .autotags = {}}, "cues"},
      {{.markers2 = {}, .markers = old_markers({}).substr(0, 100), .beat_grid = {}, .autotags = {}}, "cues"},
      {{.markers2 = {}, .markers = {}, .beat_grid = "\1\0\xff\xff\xff\xff"s, .autotags = {}}, "grid"},
      {{.markers2 = {}, .markers = {}, .beat_grid = grid({}, 0.5, 0.0), .autotags = {}}, "grid"},
      {{.markers2 = {}, .markers = {}, .beat_grid = grid({}, NAN, 120.0), .autotags = {}}, "grid"},
      {{.markers2 = {}, .markers = {}, .beat_grid = grid({{5.0, 8}}, 1.0, 120.0), .autotags = {}}, "grid"},
      {{.markers2 = {}, .markers = {}, .beat_grid = {}, .autotags = "\1\1no end"}, "tempo"},
  };
  for (const auto& [objects, what] : cases) {
    const Read result = read(objects);
    ASSERT_EQ(result.library.skipped.size(), 1U) << what;
    EXPECT_EQ(result.library.skipped[0].what, what);
    EXPECT_EQ(result.library.skipped[0].name, "song");
    EXPECT_TRUE(result.track.marks.cues.empty());
    EXPECT_FALSE(result.track.marks.grid);
  }
}

TEST(Serato, NoBytesWhateverMakeImpossibleMarks) {
  const int rounds = std::getenv("SEGUE_SOAK") != nullptr ? 200'000 : 3'000;
  std::mt19937 random(11);
  const SeratoObjects good = some_objects();
  for (int round = 0; round < rounds; ++round) {
    SeratoObjects objects = good;
    objects.markers = old_markers({old_entry(5'000, kUnset, 0xCC0000, 1)});
    objects.is_mp4 = round % 2 == 0;
    for (std::string* bytes : {&objects.markers2, &objects.markers, &objects.beat_grid, &objects.autotags}) {
      for (auto i = random() % 4; i > 0; --i) (*bytes)[random() % bytes->size()] = static_cast<char>(random());
      if (random() % 4 == 0) bytes->resize(random() % bytes->size());
    }
    const Read result = read(objects);
    EXPECT_LE(result.track.marks.cues.size(), 17U);
    for (const CuePoint& cue : result.track.marks.cues) {
      EXPECT_TRUE(is_mark_time(cue.at_s)) << cue.at_s;
      EXPECT_TRUE(cue.kind == CuePoint::Kind::kCue || cue.end_s > cue.at_s) << cue.end_s;
    }
    if (!result.track.marks.grid) continue;
    for (const auto& marker : result.track.marks.grid->markers) {
      EXPECT_TRUE(is_mark_time(marker.at_s) && is_grid_bpm(marker.bpm)) << marker.at_s << " " << marker.bpm;
    }
  }
}

// --- the files ----------------------------------------------------------------------------------------------------

class SeratoFiles : public testing::Test {
 protected:
  // What is read of the file, whose tags the test has written.
  ForeignLibrary read_file(const std::string& path) {
    ForeignLibrary library;
    add_serato_file(library, path);
    return library;
  }
  std::string write(const std::string& name, std::string_view bytes) { return folder_.write(name, bytes); }

  test::MediaFolder folder_;
  const SeratoObjects objects_ = some_objects();
};

TEST_F(SeratoFiles, AreReadFromObjectsInMp3) {
  const std::string path = write("a song.mp3", test::mp3_file({{"TITLE", "Song"}, {"ARTIST", "Band"}}));
  {
    TagLib::MPEG::File file(path.c_str());
    const auto add = [&](const char* name, const std::string& bytes) {
      auto* frame = new TagLib::ID3v2::GeneralEncapsulatedObjectFrame;  // the tag owns it
      frame->setMimeType("application/octet-stream");
      frame->setDescription(name);
      frame->setObject(TagLib::ByteVector(bytes.data(), static_cast<unsigned>(bytes.size())));
      file.ID3v2Tag(true)->addFrame(frame);
    };
    add("Serato Markers2", objects_.markers2);
    add("Serato BeatGrid", objects_.beat_grid);
    add("Serato Autotags", objects_.autotags);
    ASSERT_TRUE(file.save());
  }
  const ForeignLibrary library = read_file(path);
  ASSERT_EQ(library.tracks.size(), 1U);
  EXPECT_EQ(library.profile, DecoderProfile::kSerato);
  EXPECT_EQ(library.tracks[0].title, "Song");
  EXPECT_EQ(library.tracks[0].artist, "Band");
  EXPECT_TRUE(library.tracks[0].location.ends_with("/a%20song.mp3")) << library.tracks[0].location;
  expect_some_marks(library.tracks[0]);
}

TEST_F(SeratoFiles, AreReadFromCommentsInFlac) {
  const std::string path =
      write("song.flac", test::flac_file({{"TITLE", "Song"},
                                          {"SERATO_MARKERS_V2", wrapped("Serato Markers2", objects_.markers2)},
                                          {"SERATO_BEATGRID", wrapped("Serato BeatGrid", objects_.beat_grid)},
                                          {"SERATO_AUTOGAIN", wrapped("Serato Autotags", objects_.autotags)}}));
  const ForeignLibrary library = read_file(path);
  ASSERT_EQ(library.tracks.size(), 1U);
  expect_some_marks(library.tracks[0]);
}

TEST_F(SeratoFiles, AreReadFromAtomsInMp4) {
  const test::MediaFormat format{"serato", "m4a", "ffmpeg -nostdin -loglevel error -y -i {in} -bitexact -c:a aac {out}",
                                 false, false};
  const auto bytes = test::read_file(test::encode(format, test::MediaSignal{.frames = 44'100}));
  const std::string path = folder_.write("song.m4a", bytes);
  {
    TagLib::MP4::File file(path.c_str());
    const auto add = [&](const char* name, const std::string& text) {
      file.tag()->setItem(name, TagLib::StringList(TagLib::String(text)));
    };
    add("----:com.serato.dj:markersv2", wrapped("Serato Markers2", objects_.markers2));
    add("----:com.serato.dj:beatgrid", wrapped("Serato BeatGrid", objects_.beat_grid));
    add("----:com.serato.dj:autgain", wrapped("Serato Autotags", objects_.autotags));
    ASSERT_TRUE(file.save());
  }
  const ForeignLibrary library = read_file(path);
  ASSERT_EQ(library.tracks.size(), 1U);
  expect_some_marks(library.tracks[0]);
}

TEST_F(SeratoFiles, AreReadFromCommentsInOgg) {
  const test::MediaFormat format{
      "serato", "ogg", "ffmpeg -nostdin -loglevel error -y -i {in} -bitexact -c:a libvorbis {out}", false, false};
  const std::string path = folder_.write("song.ogg", test::read_file(test::encode(format, test::MediaSignal{.frames = 44'100})));
  {
    TagLib::Ogg::Vorbis::File file(path.c_str());
    file.tag()->addField("SERATO_MARKERS2", TagLib::String(wrapped("Serato Markers2", objects_.markers2)));
    ASSERT_TRUE(file.save());
  }
  const ForeignLibrary library = read_file(path);
  ASSERT_EQ(library.tracks.size(), 1U);
  ForeignTrack alone;
  ForeignLibrary report;
  SeratoObjects only_markers;
  only_markers.markers2 = objects_.markers2;
  read_serato_marks(only_markers, alone, report);
  ASSERT_GT(alone.marks.cues.size(), 0U);
  ASSERT_EQ(library.tracks[0].marks.cues.size(), alone.marks.cues.size());
  EXPECT_EQ(library.tracks[0].marks.cues[0].label, alone.marks.cues[0].label);
  EXPECT_EQ(library.tracks[0].marks.color, alone.marks.color);
}

TEST_F(SeratoFiles, WithoutSeratosTagsAreLeftOutAndMissingOnesCounted) {
  EXPECT_TRUE(read_file(write("plain.flac", test::flac_file({{"TITLE", "Song"}}))).tracks.empty());
  EXPECT_TRUE(read_file(write("noise.mp3", "nothing of the kind")).tracks.empty());
  EXPECT_EQ(read_file(folder_.path("none.mp3")).skipped_count, 1);
}

TEST_F(SeratoFiles, WrongBase64IsReported) {
  const ForeignLibrary library = read_file(write("song.flac", test::flac_file({{"SERATO_MARKERS_V2", "?!"}})));
  ASSERT_EQ(library.skipped.size(), 1U);
  EXPECT_EQ(library.skipped[0].what, "cues");
}

}  // namespace
}  // namespace segue::catalog
