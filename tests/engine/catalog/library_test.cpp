// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/catalog/library_folder.h"

namespace segue::catalog {
namespace {

using test::flac_file;
using test::LibraryFolder;
using test::mp3_file;
using test::opus_file;
using test::title_of;
using test::titles;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const test::Tags kAllTags = {{"TITLE", "Blue Monday"},
                             {"ARTIST", "New Order"},
                             {"ALBUM", "Substance"},
                             {"ALBUMARTIST", "Various"},
                             {"GENRE", "Synth-pop"},
                             {"DATE", "1983-03-07"},
                             {"TRACKNUMBER", "3/12"},
                             {"BPM", "130"},
                             {"INITIALKEY", "Dm"},
                             {"ISRC", "gb-aap-83-00017"},
                             {"MUSICBRAINZ_TRACKID", "0C2E6D3A-1FC5-4B1A-9D55-4E7E8AF1B0F1"}};

void expect_all_tags(const Entry& entry) {
  EXPECT_EQ(entry.title, "Blue Monday");
  EXPECT_EQ(entry.artist, "New Order");
  EXPECT_EQ(entry.album, "Substance");
  EXPECT_EQ(entry.album_artist, "Various");
  EXPECT_EQ(entry.genre, "Synth-pop");
  EXPECT_EQ(entry.year, 1983);
  EXPECT_EQ(entry.track_number, 3);
  EXPECT_EQ(entry.bpm, 130);
  EXPECT_EQ(entry.key, "Dm");
  EXPECT_EQ(entry.isrc, "GBAAP8300017");
  EXPECT_EQ(entry.musicbrainz_id, "0c2e6d3a-1fc5-4b1a-9d55-4e7e8af1b0f1");
  EXPECT_NEAR(entry.duration_s, 0.1, 0.011);
  EXPECT_TRUE(entry.is_available) << entry.reason;
  EXPECT_GT(entry.added_at_s, 1'600'000'000);
}

TEST(Library, ReadsEveryTagOfEveryFormat) {
  LibraryFolder music;
  music.write("a.flac", flac_file(kAllTags));
  music.write("b.mp3", mp3_file(kAllTags));
  music.write("c.opus", opus_file(kAllTags));
  music.scan();
  const auto found = music.library().search("local", "blue monday", 0, 10);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 3U);
  for (const Entry& entry : *found) {
    SCOPED_TRACE(entry.codec);
    expect_all_tags(entry);
    EXPECT_EQ(entry.uri, "segue://local/" + entry.id);
    EXPECT_EQ(entry.bits, entry.codec == "flac" ? 16 : 0);
    EXPECT_EQ(entry.sample_rate_hz, entry.codec == "opus" ? 48'000 : 44'100);
    const auto path = music.library().path_of("local", entry.id);
    ASSERT_TRUE(path) << path.error().message;
    EXPECT_EQ(std::filesystem::file_size(*path), static_cast<std::uintmax_t>(entry.size_bytes));
    EXPECT_EQ(music.library().find_uri("file://" + *path).value().id, entry.id);
    EXPECT_EQ(music.library().find_uri(entry.uri).value().id, entry.id);
  }
}

TEST(Library, SearchTakesWordsAsPrefixesInAnyOrder) {
  LibraryFolder music;
  music.write("1.flac", flac_file({{"TITLE", "Für Élise"}, {"ARTIST", "Beyoncé"}}));
  music.write("2.flac", flac_file({{"TITLE", "Elisabeth"}, {"ARTIST", "Fury"}, {"GENRE", "Rock"}}));
  music.write("3.flac", flac_file({{"TITLE", "Другая"}, {"ARTIST", "Группа"}, {"ALBUM", "AC/DC"}}));
  music.scan();
  EXPECT_THAT(music.found("elis fur"), UnorderedElementsAre("Für Élise", "Elisabeth"));
  EXPECT_THAT(music.found("ÉLISE"), ElementsAre("Für Élise"));
  EXPECT_THAT(music.found("beyonce für"), ElementsAre("Für Élise"));
  EXPECT_THAT(music.found("lise"), IsEmpty()) << "in the middle of a word";
  EXPECT_THAT(music.found("rock elis"), ElementsAre("Elisabeth"));
  EXPECT_THAT(music.found("другая ГРУП"), ElementsAre("Другая"));
  EXPECT_THAT(music.found("ac/dc"), ElementsAre("Другая"));
  EXPECT_THAT(music.found("3"), ElementsAre("Другая")) << "by the file's name";
}

TEST(Library, TitlesCountMoreThanAlbums) {
  LibraryFolder music;
  music.write("1.flac", flac_file({{"TITLE", "Other"}, {"ARTIST", "Somebody"}, {"ALBUM", "Horizon"}}));
  music.write("2.flac", flac_file({{"TITLE", "Horizon"}, {"ARTIST", "Somebody"}, {"ALBUM", "Other"}}));
  music.scan();
  EXPECT_THAT(music.found("horizon"), ElementsAre("Horizon", "Other"));
}

TEST(Library, WhatBeginsAsTypedComesFirst) {
  LibraryFolder music;
  music.write("1.flac", flac_file({{"TITLE", "Only Love"}, {"ARTIST", "Love Inc"}, {"ALBUM", "Love Love Love"}}));
  music.write("2.flac", flac_file({{"TITLE", "All you need is love"}, {"ARTIST", "Beat"}}));
  music.write("3.flac", flac_file({{"TITLE", "Love Me Do, and many more words than there need be"}, {"ARTIST", "X"}}));
  music.write("4.flac", flac_file({{"TITLE", "Me Love"}, {"ARTIST", "Y"}}));
  music.scan();
  const auto love = music.found("love");
  ASSERT_EQ(love.size(), 4U);
  EXPECT_THAT(std::vector(love.begin(), love.begin() + 2),
              UnorderedElementsAre("Only Love", "Love Me Do, and many more words than there need be"));
  EXPECT_THAT(music.found("love m"), ElementsAre("Love Me Do, and many more words than there need be", "Me Love"));
  EXPECT_THAT(music.found("me lo"), ElementsAre("Me Love", "Love Me Do, and many more words than there need be"));
  std::vector<std::string> paged;
  for (int offset = 0; offset < 5; ++offset) {
    for (const std::string& title : titles(music.library().search("local", "love", offset, 1))) paged.push_back(title);
  }
  EXPECT_EQ(paged, love);
}

TEST(Library, AMatchBehindAThousandOthersStillComesFirst) {
  LibraryFolder music;
  for (int i = 0; i < 1'100; ++i) {
    music.write("a" + std::to_string(i) + ".flac", flac_file({{"TITLE", "No " + std::to_string(i) + " love"}}));
  }
  music.write("z.flac", flac_file({{"TITLE", "Love"}, {"ARTIST", "Somebody with a name of many words"}}));
  music.scan();
  EXPECT_EQ(titles(music.library().search("local", "love", 0, 3)).at(0), "Love");
}

TEST(Library, NothingTypedIsSearchSyntax) {
  LibraryFolder music;
  music.write("1.flac", flac_file({{"TITLE", "Near and Far"}, {"ARTIST", "Or Not"}}));
  music.scan();
  for (const char* text :
       {"title:near", "near AND far", "NOT or", "near*", "\"near", "near\"", "near'; DROP TABLE track;--", "^near",
        "{title artist}: near", "near(far)", "-near", "near + far", "NEAR(near far)"}) {
    const auto found = music.library().search("local", text, 0, 10);
    EXPECT_TRUE(found) << text << ": " << found.error().message;
  }
  EXPECT_THAT(music.found("near AND far"), ElementsAre("Near and Far")) << "AND is a word of the title";
  EXPECT_THAT(music.found("far NOT or"), ElementsAre("Near and Far"));
  EXPECT_THAT(music.found("title:near"), IsEmpty()) << "no track has the word \"title\"";
  for (const std::string& text :
       {std::string(""), std::string("!!! ---"), std::string("\0near", 1), std::string(100'000, '"')}) {
    const auto found = music.library().search("local", text, 0, 10);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_THAT(*found, IsEmpty());
  }
  EXPECT_TRUE(music.library().search("local", std::string(100'000, 'x'), 0, 10));
  EXPECT_TRUE(music.library().search("local", "\xff\xfe\xc3 \xf0\x9f", 0, 10));
  EXPECT_EQ(music.library().count("local").value(), 1);
}

TEST(Library, PagesOfASearchAreDisjointAndComplete) {
  LibraryFolder music;
  for (int i = 0; i < 40; ++i) {
    music.write(std::to_string(i) + ".flac", flac_file({{"TITLE", "Same " + std::to_string(i)}}));
  }
  music.scan();
  std::vector<std::string> all;
  for (int offset = 0; offset < 50; offset += 7) {
    const auto page = music.library().search("local", "same", offset, 7);
    ASSERT_TRUE(page) << page.error().message;
    for (const Entry& entry : *page) all.push_back(entry.id);
  }
  EXPECT_EQ(all.size(), 40U);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
}

TEST(Library, ProvidersDoNotSeeEachOther) {
  LibraryFolder music;
  music.write("one/a.flac", flac_file({{"TITLE", "Mine"}}));
  music.write("two/b.flac", flac_file({{"TITLE", "Mine too"}}));
  ASSERT_TRUE(music.library().add_folders("one", {music.path("one")}));
  ASSERT_TRUE(music.library().add_folders("two", {music.path("two")}));
  music.library().wait_for_scan("one");
  music.library().wait_for_scan("two");
  EXPECT_THAT(titles(music.library().search("one", "mine", 0, 10)), ElementsAre("Mine"));
  EXPECT_THAT(titles(music.library().search("two", "mine", 0, 10)), ElementsAre("Mine too"));
  EXPECT_EQ(music.library().count("one").value(), 1);
  const std::string id = music.library().search("one", "mine", 0, 1).value().front().id;
  EXPECT_EQ(music.library().get("two", id).error().reason, "TRACK_MISSING");
}

TEST(Library, BrowsesFoldersPageByPage) {
  LibraryFolder music;
  for (int i = 0; i < 300; ++i) music.write("f" + std::to_string(1'000 + i) + "/x.flac", flac_file({{"TITLE", "x"}}));
  for (int i = 0; i < 450; ++i) {
    music.write("t" + std::to_string(1'000 + i) + ".flac", flac_file({{"TITLE", "t" + std::to_string(i)}}));
  }
  music.write("empty/readme.txt", "no music here");
  music.scan();
  std::vector<std::string> nodes, entries;
  std::string page;
  int pages = 0;
  do {
    const auto listing = music.library().browse("local", "", page);
    ASSERT_TRUE(listing) << listing.error().message;
    EXPECT_LE(listing->nodes.size() + listing->entries.size(), 500U);
    for (const Node& node : listing->nodes) nodes.push_back(node.title);
    for (const Entry& entry : listing->entries) entries.push_back(entry.title);
    page = listing->next;
    ASSERT_LT(++pages, 10);
  } while (!page.empty());
  EXPECT_EQ(pages, 2);
  ASSERT_EQ(nodes.size(), 300U) << "folders without music are left out";
  EXPECT_EQ(nodes.front(), "f1000");
  ASSERT_EQ(entries.size(), 450U);
  EXPECT_EQ(entries.back(), "t449");
  const auto root = music.library().browse("local", "", "").value();
  const auto below = music.library().browse("local", root.nodes.front().id, "");
  ASSERT_TRUE(below) << below.error().message;
  EXPECT_EQ(below->entries.size(), 1U);
  EXPECT_EQ(root.nodes.front().tracks, 1);
  EXPECT_EQ(music.library().browse("local", "999999", "").error().reason, "FOLDER_MISSING");
  EXPECT_EQ(music.library().browse("local", "1 OR 1=1", "").error().reason, "FOLDER_MISSING");
  EXPECT_EQ(music.library().browse("other", root.nodes.front().id, "").error().reason, "FOLDER_MISSING");
  EXPECT_EQ(music.library().browse("local", "", "x").error().reason, "PAGE_INVALID");
}

TEST(Library, SeveralFoldersAreTheRootOfTheTree) {
  LibraryFolder music;
  music.write("one/a.flac", flac_file({{"TITLE", "a"}}));
  music.write("two/b.flac", flac_file({{"TITLE", "b"}}));
  ASSERT_TRUE(music.library().add_folders("local", {music.path("one"), music.path("two") + "//"}));
  music.library().wait_for_scan("local");
  const auto root = music.library().browse("local", "", "").value();
  ASSERT_EQ(root.nodes.size(), 2U);
  EXPECT_EQ(root.nodes[1].title, "two");
  EXPECT_TRUE(root.entries.empty());
}

TEST(Library, FoldersNoLongerNamedLeaveTheLibrary) {
  LibraryFolder music;
  music.write("one/a.flac", flac_file({{"TITLE", "a"}}));
  music.write("two/b.flac", flac_file({{"TITLE", "b"}}));
  ASSERT_TRUE(music.library().add_folders("local", {music.path("one"), music.path("two")}));
  music.library().wait_for_scan("local");
  const std::string id = music.library().search("local", "a", 0, 1).value().front().id;
  ASSERT_TRUE(music.library().add_folders("local", {music.path("two")}));
  music.library().wait_for_scan("local");
  EXPECT_EQ(music.library().count("local").value(), 1);
  ASSERT_TRUE(music.library().add_folders("local", {music.path("one")}));
  music.library().wait_for_scan("local");
  EXPECT_EQ(title_of(music.library().get("local", id)), "a") << "the same id as before";
}

TEST(Library, RefusesFoldersThatAreNone) {
  LibraryFolder music;
  for (const char* path : {"", "/", "relative/path", "//"}) {
    const auto added = music.library().add_folders("local", {path});
    ASSERT_FALSE(added) << path;
    EXPECT_EQ(added.error().reason, "FOLDER_INVALID") << added.error().message;
  }
}

TEST(Library, RemembersWhatOtherProvidersSaid) {
  LibraryFolder music;
  Entry entry;
  entry.uri = "segue://navi/tr%2F1";
  entry.provider = "navi";
  entry.id = "tr/1";
  entry.title = "Far away";
  entry.artwork = "al-7";
  entry.bitrate_kbps = 320;
  ASSERT_TRUE(music.library().remember({entry}));
  entry.title = "Far\n away, \xff louder";
  ASSERT_TRUE(music.library().remember({entry}));
  const auto found = music.library().find_uri(entry.uri);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->title, "Far away, \xef\xbf\xbd louder");
  EXPECT_EQ(found->artwork, "al-7");
  EXPECT_EQ(found->id, "tr/1");
  EXPECT_EQ(music.library().count("navi").value(), 1);
  EXPECT_THAT(titles(music.library().search("navi", "far", 0, 10)), IsEmpty()) << "the provider searches its own";
}

}  // namespace
}  // namespace segue::catalog
