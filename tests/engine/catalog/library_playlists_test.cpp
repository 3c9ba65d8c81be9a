// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_playlists.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/catalog/library_folder.h"

namespace segue::catalog {
namespace {

using test::LibraryFolder;
using ::testing::ElementsAre;
using ::testing::StartsWith;

std::string uri(int number) { return "http://radio.example/" + std::to_string(number); }
std::vector<std::string> uris(int from, int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back(uri(from + i));
  return all;
}

class LibraryPlaylists : public ::testing::Test {
 protected:
  // The numbers of the entries' addresses.
  std::vector<int> numbers(const std::string& id) {
    std::vector<int> all;
    const auto content = library().playlist("local", id);
    if (!content) return {-1};
    for (const Entry& entry : content->entries) all.push_back(std::stoi(entry.uri.substr(uri(0).size() - 1)));
    return all;
  }
  std::string make(int count) { return library().create_playlist("local", "set", uris(0, count)).value().id; }
  std::string edit_reason(const std::string& id, const PlaylistEdit& edit) {
    const auto edited = library().edit_playlist("local", id, edit);
    return edited ? "" : edited.error().reason;
  }
  Library& library() { return music_.library(); }

  LibraryFolder music_;
};

using Kind = PlaylistEdit::Kind;

PlaylistEdit add(int position, const std::vector<std::string>& uris) {
  PlaylistEdit edit;
  edit.kind = Kind::kAdd;
  edit.position = position;
  edit.uris = uris;
  return edit;
}
PlaylistEdit change(Kind kind, int position, int count, int to = 0) {
  PlaylistEdit edit;
  edit.kind = kind;
  edit.position = position;
  edit.count = count;
  edit.to = to;
  return edit;
}

TEST_F(LibraryPlaylists, AddsAtTheEndAndBetween) {
  const std::string id = make(3);
  EXPECT_EQ(edit_reason(id, add(-1, uris(10, 2))), "");
  EXPECT_EQ(edit_reason(id, add(1, {uri(20)})), "");
  EXPECT_EQ(edit_reason(id, add(0, {uri(30)})), "");
  EXPECT_THAT(numbers(id), ElementsAre(30, 0, 20, 1, 2, 10, 11));
}

TEST_F(LibraryPlaylists, RemovesRuns) {
  const std::string id = make(6);
  EXPECT_EQ(edit_reason(id, change(Kind::kRemove, 1, 3)), "");
  EXPECT_THAT(numbers(id), ElementsAre(0, 4, 5));
  EXPECT_EQ(edit_reason(id, change(Kind::kRemove, 0, 3)), "");
  EXPECT_THAT(numbers(id), ElementsAre());
}

TEST_F(LibraryPlaylists, MovesRunsForthAndBack) {
  const std::string id = make(6);
  EXPECT_EQ(edit_reason(id, change(Kind::kMove, 0, 2, 3)), "");
  EXPECT_THAT(numbers(id), ElementsAre(2, 3, 4, 0, 1, 5));
  EXPECT_EQ(edit_reason(id, change(Kind::kMove, 3, 2, 0)), "");
  EXPECT_THAT(numbers(id), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_EQ(edit_reason(id, change(Kind::kMove, 5, 1, 5)), "");
  EXPECT_THAT(numbers(id), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST_F(LibraryPlaylists, RefusesPositionsThatAreNone) {
  const std::string id = make(3);
  for (const PlaylistEdit& edit :
       {change(Kind::kRemove, 3, 1), change(Kind::kRemove, -1, 1), change(Kind::kRemove, 0, 0),
        change(Kind::kRemove, 1, 2'147'483'647), change(Kind::kMove, 0, 2, 2), change(Kind::kMove, 0, 1, -1),
        add(4, {uri(9)}), add(-2, {uri(9)})}) {
    EXPECT_EQ(edit_reason(id, edit), "PLAYLIST_POSITION_INVALID");
  }
  EXPECT_THAT(numbers(id), ElementsAre(0, 1, 2)) << "nothing was changed";
}

TEST_F(LibraryPlaylists, AnEditOfAnOlderVersionIsRefused) {
  const Playlist made = library().create_playlist("local", "set", uris(0, 2)).value();
  PlaylistEdit first = add(-1, {uri(5)});
  first.version = made.version;
  const auto edited = library().edit_playlist("local", made.id, first);
  ASSERT_TRUE(edited) << edited.error().message;
  EXPECT_NE(edited->version, made.version);
  PlaylistEdit second = change(Kind::kRemove, 0, 1);
  second.version = made.version;
  const auto refused = library().edit_playlist("local", made.id, second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kAborted);
  EXPECT_EQ(refused.error().reason, "PLAYLIST_CHANGED");
  EXPECT_THAT(numbers(made.id), ElementsAre(0, 1, 5));
}

TEST_F(LibraryPlaylists, NamesAreUniqueAndClean) {
  const std::string id = make(0);
  EXPECT_EQ(library().create_playlist("local", "set", {}).error().reason, "PLAYLIST_EXISTS");
  EXPECT_EQ(library().create_playlist("local", " \n\x01", {}).error().reason, "PLAYLIST_NAME_INVALID");
  EXPECT_EQ(library().create_playlist("local", std::string(257, 'x'), {}).error().reason, "PLAYLIST_NAME_INVALID");
  EXPECT_EQ(library().create_playlist("local", "two\nlines", {}).value().name, "two lines");
  PlaylistEdit rename;
  rename.kind = Kind::kRename;
  rename.name = "two lines";
  EXPECT_EQ(edit_reason(id, rename), "PLAYLIST_EXISTS");
  rename.name = "Sunday'); DROP TABLE playlist; --";
  EXPECT_EQ(edit_reason(id, rename), "");
  EXPECT_EQ(library().playlist("local", id).value().playlist.name, rename.name);
  EXPECT_EQ(library().playlists("local").value().size(), 2U);
}

TEST_F(LibraryPlaylists, RefusesWhatIsNoUri) {
  const std::string id = make(1);
  for (const char* text : {"", "/a/path", "segue:x", "http://a b", "http://a\nb"}) {
    EXPECT_EQ(edit_reason(id, add(-1, {uri(1), text})), "PLAYLIST_URI_INVALID") << text;
  }
  EXPECT_THAT(numbers(id), ElementsAre(0));
}

TEST_F(LibraryPlaylists, HoldTenThousandEntriesAndNoMore) {
  const std::string id = make(kPlaylistEntriesMax);
  EXPECT_EQ(edit_reason(id, add(-1, {uri(1)})), "PLAYLIST_FULL");
  EXPECT_EQ(edit_reason(id, change(Kind::kMove, 0, 1, kPlaylistEntriesMax - 1)), "");
  const std::vector<int> all = numbers(id);
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kPlaylistEntriesMax));
  EXPECT_EQ(all.front(), 1);
  EXPECT_EQ(all.back(), 0);
  EXPECT_EQ(library().create_playlist("local", "x", uris(0, kPlaylistEntriesMax + 1)).error().reason, "PLAYLIST_FULL");
}

TEST_F(LibraryPlaylists, AreGoneWhenDeletedAndSurviveReopening) {
  const std::string id = make(2);
  music_.reopen();
  EXPECT_THAT(numbers(id), ElementsAre(0, 1));
  EXPECT_EQ(library().playlist("other", id).error().reason, "PLAYLIST_MISSING");
  ASSERT_TRUE(library().delete_playlist("local", id));
  EXPECT_EQ(library().playlist("local", id).error().reason, "PLAYLIST_MISSING");
  EXPECT_EQ(library().delete_playlist("local", id).error().reason, "PLAYLIST_MISSING");
  EXPECT_NE(make(0), id) << "an id is never used again";
}

TEST_F(LibraryPlaylists, EntriesOutliveTheirFiles) {
  music_.write("a.flac", test::flac_file({{"TITLE", "Gone soon"}, {"ARTIST", "Me"}}));
  music_.write("b.flac", test::flac_file({{"TITLE", "Stays"}}));
  music_.scan();
  const std::string track = music_.only("gone").uri;
  const Playlist made = library().create_playlist("local", "set", {track}).value();
  EXPECT_NEAR(made.duration_s, 0.1, 0.01);
  std::filesystem::rename(music_.path("a.flac"), music_.path("c.flac"));
  music_.rescan();
  EXPECT_TRUE(library().playlist("local", made.id).value().entries.at(0).is_available) << "it only moved";
  std::filesystem::remove(music_.path("c.flac"));
  music_.rescan();
  Entry entry = library().playlist("local", made.id).value().entries.at(0);
  EXPECT_EQ(entry.title, "Gone soon");
  EXPECT_FALSE(entry.is_available);
  EXPECT_THAT(entry.reason, StartsWith("MISSING: "));
  music_.write("a.flac", test::flac_file({{"TITLE", "Gone soon"}, {"ARTIST", "Me"}}));
  music_.rescan();
  entry = library().playlist("local", made.id).value().entries.at(0);
  EXPECT_TRUE(entry.is_available) << entry.reason;
}

}  // namespace
}  // namespace segue::catalog
