// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "engine/catalog/import/track_list.h"

namespace segue::catalog {
namespace {

const std::string kBase = "http://host.example/a.pls";

TEST(Pls, ReadsEntriesInTheOrderOfTheirNumbers) {
  const auto list = read_track_list(
      "[playlist]\r\nNumberOfEntries=3\r\nFile10=c.mp3\r\nfile2=http://b.example/live\r\nTitle2=Radio "
      "B\r\nLength2=-1\r\n"
      "File1=/a.mp3\r\nTitle1=An Artist - A Title\r\nLength1=61\r\nVersion=2\r\n",
      ListFormat::kPls, kBase);
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_EQ(list->entries.size(), 3U);
  EXPECT_EQ(list->entries[0].location, "http://host.example/a.mp3");
  EXPECT_EQ(list->entries[0].artist, "An Artist");
  EXPECT_EQ(list->entries[0].title, "A Title");
  EXPECT_EQ(list->entries[0].duration_s, 61);
  EXPECT_EQ(list->entries[1].location, "http://b.example/live");
  EXPECT_EQ(list->entries[1].title, "Radio B");
  EXPECT_EQ(list->entries[1].duration_s, 0);
  EXPECT_EQ(list->entries[2].location, "http://host.example/c.mp3");
}

TEST(Pls, LocalFilesOfANetworksListAreLeftOutAndCounted) {
  const auto list = read_track_list("[playlist]\nFile1=file:///etc/passwd\nFile2=b.mp3\n", ListFormat::kPls, kBase);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->entries.size(), 1U);
  EXPECT_EQ(list->skipped, 1);
}

TEST(Pls, SomethingElseIsRefused) {
  EXPECT_EQ(read_track_list("File1=a.mp3\n", ListFormat::kPls, kBase).error().reason, "PLAYLIST_INVALID");
  EXPECT_EQ(read_track_list(std::string("[playlist]\n\0File1=a", 18), ListFormat::kPls, kBase).error().reason,
            "PLAYLIST_INVALID");
}

TEST(Pls, HasABound) {
  std::string text = "[playlist]\n";
  for (std::size_t i = 1; i <= kTrackListEntriesMax + 10; ++i) text += "File" + std::to_string(i) + "=a.mp3\n";
  const auto list = read_track_list(text, ListFormat::kPls, kBase);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->entries.size(), kTrackListEntriesMax);
  EXPECT_EQ(list->skipped, 10);
}

}  // namespace
}  // namespace segue::catalog
