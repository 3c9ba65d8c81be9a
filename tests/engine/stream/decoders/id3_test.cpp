// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/id3.h"

#include <cstring>

#include <gtest/gtest.h>

#include "tests/engine/stream/memory_source.h"

namespace segue::stream {
namespace {

std::string frame(const std::string& id, const std::string& content) {
  const auto size = static_cast<char>(content.size());
  return id + std::string{0, 0, 0, size, 0, 0} + content;
}

std::string tag(const std::string& frames, char version = 4) {
  const std::size_t size = frames.size();
  return std::string("ID3") + version + std::string{0, 0} +
         std::string{0, static_cast<char>(size >> 14 & 0x7f), static_cast<char>(size >> 7 & 0x7f),
                     static_cast<char>(size & 0x7f)} +
         frames;
}

Id3Tags read(const std::string& bytes) {
  MemorySource source(bytes);
  return read_id3(source);
}

TEST(Id3, ReadsTextInEveryEncoding) {
  using std::string_literals::operator""s;
  const Id3Tags tags = read(tag(frame("TIT2", "\3Gr\xc3\xbc\xc3\x9f"s) + frame("TPE1", "\1\xff\xfe\x41\0\xfc\0"s) +
                                frame("TALB", "\0Caf\xe9\0junk"s)) +
                            "audio");
  EXPECT_EQ(tags.title, "Grüß");
  EXPECT_EQ(tags.artist, "Aü");
  EXPECT_EQ(tags.album, "Café");
}

TEST(Id3, FindsWhereTheAudioBeginsBehindSeveralTags) {
  const std::string one = tag(frame("TIT2", "\3one"));
  const std::string two = tag(frame("TIT2", "\3two") + frame("TPE1", "\3x"), 3);
  const Id3Tags tags = read(one + two + "audio");
  EXPECT_EQ(tags.audio_offset, static_cast<std::int64_t>(one.size() + two.size()));
  EXPECT_EQ(tags.title, "one");
  EXPECT_EQ(tags.artist, "x");
  EXPECT_EQ(read("no tag").audio_offset, 0);
  EXPECT_EQ(read("").audio_offset, 0);
}

TEST(Id3, ATagLongerThanTheFileIsALie) {
  const std::string bytes = std::string("ID3\4\0\0\x7f\x7f\x7f\x7f", 10) + "audio";
  EXPECT_EQ(read(bytes).audio_offset, 10);
}

TEST(Id3, AFrameLongerThanItsTagEndsIt) {
  using std::string_literals::operator""s;
  const Id3Tags tags = read(tag(frame("TIT2", "\3a") + "TPE1\x7f\x7f\x7f\x7f\0\0\3b"s) + std::string(64, 'x'));
  EXPECT_EQ(tags.title, "a");
  EXPECT_EQ(tags.artist, "");
}

TEST(Id3, TextIsValidPrintableAndShort) {
  using std::string_literals::operator""s;
  EXPECT_EQ(clean_text("a\x1b[2J\nb\x7f\xc2\x9b"), "a[2Jb");
  EXPECT_EQ(clean_text("a\xff"
                       "b\xc3"),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd");
  EXPECT_EQ(clean_text("\xed\xa0\x80").find('\xed'), std::string::npos) << "a lone surrogate";
  EXPECT_EQ(clean_text("\xc0\xaf").find('\xc0'), std::string::npos) << "an overlong slash";
  EXPECT_LE(clean_text(std::string(100'000, 'x')).size(), 256U);
}

}  // namespace
}  // namespace segue::stream
