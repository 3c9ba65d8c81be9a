// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "engine/catalog/import/track_list.h"

namespace segue::catalog {
namespace {

const std::string kBase = "file:///music/a.m3u";

TrackList read(std::string_view text, ListFormat format = ListFormat::kM3u8) {
  const Result<TrackList> list = read_track_list(text, format, kBase);
  EXPECT_TRUE(list) << list.error().message;
  return list.value_or(TrackList());
}

TEST(M3u, ReadsTitlesLengthsAndTheListsName) {
  const TrackList list = read(
      "\xef\xbb\xbf#EXTM3U\r\n#PLAYLIST:Friday\r\n#EXTINF:213,Some Artist - Some Title - Live\r\n#EXTALB:Album\r\n"
      "b.mp3\r\n\r\n# a remark\r\n#EXTINF:-1 tvg-logo=\"a,b\" x=\"y\",Radio\r\nhttp://radio.example/live\r\n");
  EXPECT_EQ(list.title, "Friday");
  ASSERT_EQ(list.entries.size(), 2U);
  EXPECT_EQ(list.entries[0].location, "file:///music/b.mp3");
  EXPECT_EQ(list.entries[0].artist, "Some Artist");
  EXPECT_EQ(list.entries[0].title, "Some Title - Live");
  EXPECT_EQ(list.entries[0].album, "Album");
  EXPECT_EQ(list.entries[0].duration_s, 213);
  EXPECT_EQ(list.entries[1].title, "Radio");
  EXPECT_EQ(list.entries[1].artist, "");
  EXPECT_EQ(list.entries[1].duration_s, 0) << "−1 is endless";
}

TEST(M3u, NamesBelongToTheNextEntryOnly) {
  const TrackList list = read("#EXTINF:10,A - B\na.mp3\nb.mp3");
  ASSERT_EQ(list.entries.size(), 2U);
  EXPECT_EQ(list.entries[1].title, "");
  EXPECT_EQ(list.entries[1].duration_s, 0);
}

TEST(M3u, OldListsAreLatin1UnlessTheyAreUtf8) {
  EXPECT_EQ(read("#EXTINF:1,Bj\xf6rk - J\xf3ga\nj.mp3", ListFormat::kM3u).entries.at(0).artist, "Björk");
  EXPECT_EQ(read("#EXTINF:1,Björk - Jóga\nj.mp3", ListFormat::kM3u).entries.at(0).artist, "Björk");
}

TEST(M3u, HlsIsToldApart) {
  for (const char* tag : {"#EXT-X-TARGETDURATION:6", "#EXT-X-STREAM-INF:BANDWIDTH=1"}) {
    const auto list = read_track_list(std::string("#EXTM3U\n") + tag + "\ns.ts\n", ListFormat::kM3u8, kBase);
    ASSERT_FALSE(list);
    EXPECT_EQ(list.error().reason, "UNSUPPORTED_MEDIA");
    EXPECT_NE(list.error().message.find("HLS"), std::string::npos);
  }
}

TEST(M3u, CountsWhatItLeavesOut) {
  const TrackList list = read("gopher://x/y\na.mp3\nC:\\b.mp3\n");
  EXPECT_EQ(list.entries.size(), 1U);
  EXPECT_EQ(list.skipped, 2);
}

TEST(M3u, HasABound) {
  std::string text;
  for (std::size_t i = 0; i < kTrackListEntriesMax + 100; ++i) text += "a" + std::to_string(i) + ".mp3\n";
  const TrackList list = read(text);
  EXPECT_EQ(list.entries.size(), kTrackListEntriesMax);
  EXPECT_EQ(list.skipped, 100);
  EXPECT_EQ(read_track_list(std::string(kTrackListBytesMax + 1, 'a'), ListFormat::kM3u, kBase).error().reason,
            "PLAYLIST_TOO_LARGE");
}

TEST(M3u, IsReadAsItWasWritten) {
  TrackList list{"Evening", {}, 0};
  list.entries.push_back({"file:///music/%23a%20b.mp3", "Title", "Artist", "Album", 61});
  list.entries.push_back({"http://radio.example/live?x=1", "Radio", "", "", 0});
  list.entries.push_back({"segue://home/a%2Fb", "Line\nfeed", "", "", 3});
  const TrackList back = read(write_m3u8(list));
  EXPECT_EQ(back.title, "Evening");
  ASSERT_EQ(back.entries.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(back.entries[i].location, list.entries[i].location);
    EXPECT_EQ(back.entries[i].artist, list.entries[i].artist);
    EXPECT_EQ(back.entries[i].album, list.entries[i].album);
    EXPECT_EQ(back.entries[i].duration_s, list.entries[i].duration_s);
  }
  EXPECT_EQ(back.entries[2].title, "Line feed");
}

TEST(TrackList, IsKnownByItsNameAndByItsType) {
  EXPECT_EQ(list_format_of_path("http://x/a.M3U?t=1"), ListFormat::kM3u);
  EXPECT_EQ(list_format_of_path("/a.m3u8"), ListFormat::kM3u8);
  EXPECT_EQ(list_format_of_path("/a.pls"), ListFormat::kPls);
  EXPECT_EQ(list_format_of_path("/a.xspf"), ListFormat::kXspf);
  EXPECT_EQ(list_format_of_path("/a.mp3"), std::nullopt);
  EXPECT_EQ(list_format_of_mime("Audio/X-MpegURL; charset=utf-8"), ListFormat::kM3u);
  EXPECT_EQ(list_format_of_mime("audio/x-scpls"), ListFormat::kPls);
  EXPECT_EQ(list_format_of_mime("audio/mpeg"), std::nullopt);
}

}  // namespace
}  // namespace segue::catalog
