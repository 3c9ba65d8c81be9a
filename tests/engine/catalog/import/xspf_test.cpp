// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "engine/catalog/import/track_list.h"

namespace segue::catalog {
namespace {

const std::string kBase = "file:///music/a.xspf";

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Xspf, ReadsTracks) {
  const auto list = read_track_list(
      R"(<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><title>T &amp; U</title><trackList>
         <track><location>sub/b%20c.mp3</location><title>B</title><creator>C</creator><album>D</album>
         <duration>61500</duration></track>
         <track><title>no location</title></track>
         <track><location>http://x.example/live</location></track></trackList></playlist>)",
      ListFormat::kXspf, kBase);
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->title, "T & U");
  ASSERT_EQ(list->entries.size(), 2U);
  EXPECT_EQ(list->skipped, 1);
  EXPECT_EQ(list->entries[0].location, "file:///music/sub/b%20c.mp3");
  EXPECT_EQ(list->entries[0].artist, "C");
  EXPECT_EQ(list->entries[0].duration_s, 61.5);
}

TEST(Xspf, IsReadAsItWasWritten) {
  TrackList list{"A <b> & \"c\"", {}, 0};
  list.entries.push_back({"file:///music/%26%20b.mp3", "<Title> & more", "Ärtist", "Album]]>", 61.25});
  const auto back = read_track_list(write_xspf(list), ListFormat::kXspf, kBase);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->title, list.title);
  ASSERT_EQ(back->entries.size(), 1U);
  EXPECT_EQ(back->entries[0].location, list.entries[0].location);
  EXPECT_EQ(back->entries[0].title, list.entries[0].title);
  EXPECT_EQ(back->entries[0].artist, list.entries[0].artist);
  EXPECT_EQ(back->entries[0].album, list.entries[0].album);
  EXPECT_EQ(back->entries[0].duration_s, 61.25);
}

TEST(Xspf, EntitiesOfADocumentTypeExpandToNothing) {
  const auto list = read_track_list(
      R"(<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">
         <!ENTITY f SYSTEM "file:///etc/passwd">]>
         <playlist><title>&b;&f;</title><trackList/></playlist>)",
      ListFormat::kXspf, kBase);
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->title, "&b;&f;");
}

TEST(Xspf, DepthCostsNoStack) {
  const std::size_t depth = 1'000'000;
  const std::string text = repeated("<a>", depth) + repeated("</a>", depth);
  EXPECT_EQ(read_track_list(text, ListFormat::kXspf, kBase).error().reason, "PLAYLIST_INVALID");
}

TEST(Xspf, SomethingElseIsRefused) {
  for (const char* text : {"", "<playlist>", "<html></html>", "not XML"})
    EXPECT_EQ(read_track_list(text, ListFormat::kXspf, kBase).error().reason, "PLAYLIST_INVALID") << text;
}

}  // namespace
}  // namespace segue::catalog
