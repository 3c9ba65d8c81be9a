// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_exchange.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/catalog/library.h"
#include "tests/engine/catalog/library_folder.h"
#include "tests/engine/catalog/same_marks.h"

namespace segue::catalog {
namespace {

using test::flac_file;
using test::LibraryFolder;
using ::testing::ElementsAre;

ForeignTrack foreign(const std::string& location, const std::string& title = "", const std::string& artist = "",
                     double duration_s = 0) {
  ForeignTrack track;
  track.location = location;
  track.title = title;
  track.artist = artist;
  track.duration_s = duration_s;
  return track;
}

class LibraryExchange : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(music_.path("old"));
    std::filesystem::create_directories(music_.path("new"));
    music_.write("one.flac", flac_file({{"TITLE", "One"}, {"ARTIST", "A"}}));
    music_.write("old/same.flac", flac_file({{"TITLE", "Old"}, {"ARTIST", "A"}}));
    music_.write("new/same.flac", flac_file({{"TITLE", "New"}, {"ARTIST", "A"}}));
    music_.scan();
  }
  // The title of what a track is found to be, "" for none.
  std::string matched(const ForeignTrack& track) {
    const auto matches = music_.library().match({track});
    if (!matches || matches->size() != 1) return "failed";
    if (matches->front().uri.empty()) return "";
    const auto entry = music_.library().find_uri(matches->front().uri);
    return entry ? entry->title : matches->front().uri;
  }
  LibraryFolder music_;
};

TEST_F(LibraryExchange, ATrackIsFoundByItsPath) {
  EXPECT_EQ(matched(foreign("file://" + music_.path("old/same.flac"))), "Old");
  EXPECT_EQ(matched(foreign("file://" + music_.path("new/same.flac"), "whatever")), "New");
}

TEST_F(LibraryExchange, OfAnotherMachineByItsFileAndTheFoldersItHasInCommon) {
  EXPECT_EQ(matched(foreign("file:///C:/Users/dj/new/SAME.flac")), "New");
  EXPECT_EQ(matched(foreign("file:///Volumes/USB/one.flac")), "One");
  EXPECT_EQ(matched(foreign("file:///C:/elsewhere/same.flac")), "") << "it may be either";
  EXPECT_EQ(matched(foreign("file:///Volumes/USB/one.flac", "", "", 200)), "") << "another length";
}

TEST_F(LibraryExchange, ElseByTitleArtistAndLength) {
  EXPECT_EQ(matched(foreign("file:///x/renamed.flac", "ONE", "a", 0.1)), "One");
  EXPECT_EQ(matched(foreign("file:///x/renamed.flac", "One", "A")), "") << "a title alone says little";
  EXPECT_EQ(matched(foreign("file:///x/renamed.flac", "One", "A", 300)), "");
}

TEST_F(LibraryExchange, AddressesOfProvidersAreWhatTheyAre) {
  EXPECT_EQ(matched(foreign("segue://tidal/1")), "segue://tidal/1");
}

TEST_F(LibraryExchange, ChangesAreWrittenButNotOverSomebodyElses) {
  Library& library = music_.library();
  ASSERT_TRUE(library.put_marks("segue://navi/2", {}, ""));
  model::TrackMarks bad;
  bad.rating = 99;
  const auto left = library.put_changes({{"segue://navi/1", test::full_marks(), "0"},
                                         {"segue://navi/2", test::full_marks(), "0"},
                                         {"segue://navi/3", bad, "0"}});
  ASSERT_TRUE(left) << left.error().message;
  EXPECT_THAT(*left, ElementsAre(1, 2));
  test::expect_same_marks(library.marks("segue://navi/1")->marks, test::full_marks());
  EXPECT_EQ(library.marks("segue://navi/2")->version, "1");
}

TEST_F(LibraryExchange, AllTracksMarksAndPlaylistsAreCollected) {
  Library& library = music_.library();
  const std::string one = music_.only("one").uri;
  ASSERT_TRUE(library.put_marks(one, test::full_marks(), ""));
  ASSERT_TRUE(library.create_playlist("local", "Gigs/2023/Late", {one, "segue://navi/9", one}));
  const auto all = library.collect();
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->tracks.size(), 4U) << "three in folders, one that a playlist names";
  EXPECT_EQ(all->tracks[3].location, "segue://navi/9");
  ASSERT_EQ(all->playlists.size(), 1U);
  EXPECT_THAT(all->playlists[0].folders, ElementsAre("Gigs", "2023"));
  EXPECT_EQ(all->playlists[0].name, "Late");
  ASSERT_EQ(all->playlists[0].tracks.size(), 3U);
  const ForeignTrack& track = all->tracks[all->playlists[0].tracks[0]];
  EXPECT_EQ(track.location, "file://" + music_.path("one.flac"));
  EXPECT_EQ(track.title, "One");
  test::expect_same_marks(track.marks, test::full_marks());
}

}  // namespace
}  // namespace segue::catalog
