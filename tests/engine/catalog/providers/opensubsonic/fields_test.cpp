// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic/fields.h"

#include <gtest/gtest.h>

#include "engine/catalog/providers/opensubsonic/songs.h"

namespace segue::catalog::opensubsonic {
namespace {

Entry entry_of_text(const char* text) {
  const auto entry = entry_of("home", Json::parse(text));
  EXPECT_TRUE(entry);
  return entry.value_or(Entry());
}

TEST(SubsonicFields, IdsAreStringsOrNumbers) {
  EXPECT_EQ(entry_of_text(R"({"id":17})").id, "17");
  EXPECT_EQ(entry_of_text(R"({"id":"17"})").id, "17");
  EXPECT_EQ(entry_of_text(R"({"id":18446744073709551615})").id, "18446744073709551615");
  for (const char* text : {R"({})", R"({"id":null})", R"({"id":""})", R"({"id":1.5})", R"({"id":[1]})",
                           R"({"id":"a\u0000b"})", R"({"id":"a\nb"})", R"([])", R"("x")", R"({"id":"1","isDir":true})"})
    EXPECT_FALSE(entry_of("home", Json::parse(text))) << text;
}

TEST(SubsonicFields, NumbersMayBeStringsAndNonsenseIsNothing) {
  EXPECT_EQ(entry_of_text(R"({"id":"1","duration":"213","bpm":"128"})").duration_s, 213);
  EXPECT_EQ(entry_of_text(R"({"id":"1","bpm":128})").bpm, 128);
  for (const char* text :
       {R"({"id":"1","duration":-5})", R"({"id":"1","duration":1e300})", R"({"id":"1","duration":"12x"})",
        R"({"id":"1","duration":{}})", R"({"id":"1","duration":true})"})
    EXPECT_EQ(entry_of_text(text).duration_s, 0) << text;
}

TEST(SubsonicFields, BitRatesAboveFiveThousandAreInBitsPerSecond) {
  EXPECT_EQ(entry_of_text(R"({"id":"1","bitRate":320})").bitrate_kbps, 320);
  EXPECT_EQ(entry_of_text(R"({"id":"1","bitRate":320000})").bitrate_kbps, 320);
  EXPECT_EQ(entry_of_text(R"({"id":"1","bitRate":4608})").bitrate_kbps, 4608);
}

TEST(SubsonicFields, IsrcIsAListOrAString) {
  EXPECT_EQ(entry_of_text(R"({"id":"1","isrc":["x","GB-AYE-06-01498"]})").isrc, "GBAYE0601498");
  EXPECT_EQ(entry_of_text(R"({"id":"1","isrc":"gbaye0601498"})").isrc, "GBAYE0601498");
  EXPECT_EQ(entry_of_text(R"({"id":"1","isrc":[]})").isrc, "");
  EXPECT_EQ(entry_of_text(R"({"id":"1","isrc":[17]})").isrc, "");
}

TEST(SubsonicFields, OtherPeoplesTextIsOneCleanLine) {
  const Entry entry = entry_of_text(R"({"id":"1","title":"a\u001b[31m\nb\u0000c","artist":" x "})");
  EXPECT_EQ(entry.title, "a [31m b c");
  EXPECT_EQ(entry.artist, "x");
  EXPECT_EQ(entry_of_text(R"({"id":"1","path":"A/B/c.mp3"})").title, "c.mp3");
}

TEST(SubsonicFields, TimesWithAndWithoutZone) {
  EXPECT_EQ(unix_time_of("2026-11-20T09:16:37"), 1'795'166'197);
  EXPECT_EQ(unix_time_of("2026-11-20T09:16:37Z"), 1'795'166'197);
  EXPECT_EQ(unix_time_of("2026-11-20T09:16:37.123456"), 1'795'166'197);
  EXPECT_EQ(unix_time_of("2026-11-20T10:16:37+01:00"), 1'795'166'197);
  EXPECT_EQ(unix_time_of("2026-11-20T09:16:37.5-00:30"), 1'795'167'997);
  for (const char* text :
       {"", "yesterday", "2026-13-01T00:00:00", "2026-02-30T00:00:00", "2026-11-20", "1900-01-01T00:00:00"})
    EXPECT_EQ(unix_time_of(text), 0) << text;
}

TEST(SubsonicFields, OthersPlaylistsAreNotEditable) {
  EXPECT_TRUE(playlist_of("home", "dj", Json::parse(R"({"id":1,"name":"a","owner":"DJ"})"))->is_editable);
  EXPECT_FALSE(playlist_of("home", "dj", Json::parse(R"({"id":1,"name":"a","owner":"eve"})"))->is_editable);
  EXPECT_FALSE(playlist_of("home", "dj", Json::parse(R"({"id":1,"name":"a","readonly":true})"))->is_editable);
}

}  // namespace
}  // namespace segue::catalog::opensubsonic
