// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <random>

#include "tests/engine/catalog/providers/opensubsonic/subsonic_fixture.h"

namespace segue::catalog {
namespace {

using Kind = PlaylistEdit::Kind;

std::vector<std::string> uris(const std::vector<int>& songs) {
  std::vector<std::string> all;
  for (const int song : songs) all.push_back("segue://home/" + std::to_string(song));
  return all;
}

class SubsonicPlaylists : public Subsonic {
 protected:
  void begin(const Options& options = {}) {
    start(options);
    add_songs(400);
  }
  std::vector<int> songs_of(const std::string& id) {
    const auto content = provider_->playlist(id, {});
    EXPECT_TRUE(content) << content.error().message;
    std::vector<int> songs;
    if (content) {
      for (const Entry& entry : content->entries) songs.push_back(std::stoi(entry.id));
    }
    return songs;
  }
  static PlaylistEdit add(const std::vector<int>& songs, int position) {
    PlaylistEdit edit;
    edit.kind = Kind::kAdd;
    edit.uris = uris(songs);
    edit.position = position;
    return edit;
  }
  static PlaylistEdit range(Kind kind, int position, int count, int to) {
    PlaylistEdit edit;
    edit.kind = kind;
    edit.position = position;
    edit.count = count;
    edit.to = to;
    return edit;
  }
};

TEST_F(SubsonicPlaylists, AreMadeRenamedChangedAndDeleted) {
  begin();
  const auto made = provider_->create_playlist("Evening", uris({1, 2, 3}), {});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->name, "Evening");
  EXPECT_EQ(made->tracks, 3);
  EXPECT_TRUE(made->is_editable);
  const std::string id = made->id;
  PlaylistEdit rename;
  rename.kind = Kind::kRename;
  rename.name = "Night";
  const auto renamed = provider_->edit_playlist(id, rename, {});
  ASSERT_TRUE(renamed) << renamed.error().message;
  EXPECT_EQ(renamed->name, "Night");
  EXPECT_NE(renamed->version, made->version);
  ASSERT_TRUE(provider_->edit_playlist(id, add({4, 5}, -1), {}));
  EXPECT_EQ(songs_of(id), (std::vector<int>{1, 2, 3, 4, 5}));
  ASSERT_TRUE(provider_->edit_playlist(id, add({6}, 0), {}));
  EXPECT_EQ(songs_of(id), (std::vector<int>{6, 1, 2, 3, 4, 5}));
  ASSERT_TRUE(provider_->edit_playlist(id, range(Kind::kRemove, 1, 2, 0), {}));
  EXPECT_EQ(songs_of(id), (std::vector<int>{6, 3, 4, 5}));
  ASSERT_TRUE(provider_->edit_playlist(id, range(Kind::kMove, 0, 1, 3), {}));
  EXPECT_EQ(songs_of(id), (std::vector<int>{3, 4, 5, 6}));
  ASSERT_TRUE(provider_->edit_playlist(id, range(Kind::kMove, 2, 2, 0), {}));
  EXPECT_EQ(songs_of(id), (std::vector<int>{5, 6, 3, 4}));
  EXPECT_EQ(provider_->playlist(id, {})->playlist.name, "Night");
  ASSERT_TRUE(provider_->delete_playlist(id, {}));
  EXPECT_EQ(provider_->playlist(id, {}).error().reason, "PLAYLIST_MISSING");
  EXPECT_EQ(provider_->delete_playlist(id, {}).error().reason, "PLAYLIST_MISSING");
  EXPECT_TRUE(provider_->playlists({})->empty());
}

TEST_F(SubsonicPlaylists, AnyEditDoesWhatItSaysInPostsAndInQueries) {
  std::mt19937 random(3);
  for (const bool can_post : {true, false}) {
    Options options;
    options.has_form_post = can_post;
    begin(options);
    std::vector<int> expected(230);
    for (int& song : expected) song = static_cast<int>(random() % 400);
    const auto made = provider_->create_playlist("Long", uris(expected), {});
    ASSERT_TRUE(made) << made.error().message;
    for (int round = 0; round < 30; ++round) {
      const int count = static_cast<int>(expected.size());
      const int position = static_cast<int>(random() % static_cast<unsigned>(count));
      const int some = 1 + static_cast<int>(random() % static_cast<unsigned>(std::min(count - position, 60)));
      PlaylistEdit edit;
      if (round % 3 == 0) {
        std::vector<int> more(some, 7);
        edit = add(more, position);
        expected.insert(expected.begin() + position, more.begin(), more.end());
      } else if (round % 3 == 1) {
        edit = range(Kind::kRemove, position, some, 0);
        expected.erase(expected.begin() + position, expected.begin() + position + some);
      } else {
        const int to = static_cast<int>(random() % static_cast<unsigned>(count - some + 1));
        edit = range(Kind::kMove, position, some, to);
        const std::vector<int> moved(expected.begin() + position, expected.begin() + position + some);
        expected.erase(expected.begin() + position, expected.begin() + position + some);
        expected.insert(expected.begin() + to, moved.begin(), moved.end());
      }
      const auto edited = provider_->edit_playlist(made->id, edit, {});
      ASSERT_TRUE(edited) << round << ": " << edited.error().message;
      ASSERT_EQ(songs_of(made->id), expected) << round;
    }
    for (const auto& call : server_->calls()) EXPECT_LT(call.request.target.size(), 8'000U);
    EXPECT_EQ(complaints(), std::vector<std::string>());
  }
}

TEST_F(SubsonicPlaylists, AChangeBySomebodyElseIsNotOverwritten) {
  begin();
  const auto made = provider_->create_playlist("Evening", uris({1, 2, 3}), {});
  ASSERT_TRUE(made);
  server_->change_playlist(made->id, {"9", "1"});
  PlaylistEdit edit = range(Kind::kMove, 0, 1, 1);
  edit.version = made->version;
  const auto refused = provider_->edit_playlist(made->id, edit, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kAborted);
  EXPECT_EQ(refused.error().reason, "PLAYLIST_CHANGED");
  EXPECT_EQ(songs_of(made->id), (std::vector<int>{9, 1}));
  edit.version = provider_->playlist(made->id, {})->playlist.version;
  EXPECT_TRUE(provider_->edit_playlist(made->id, edit, {}));
  EXPECT_EQ(songs_of(made->id), (std::vector<int>{1, 9}));
}

TEST_F(SubsonicPlaylists, AServerThatAnswersNothingToCreateIsAskedForTheNewOne) {
  Options old;
  old.tells_changed = old.is_open = old.has_form_post = false;
  begin(old);
  const auto first = provider_->create_playlist("Same", uris({1}), {});
  const auto second = provider_->create_playlist("Same", uris({2, 3}), {});
  ASSERT_TRUE(first && second) << second.error().message;
  EXPECT_NE(first->id, second->id);
  EXPECT_EQ(songs_of(first->id), std::vector<int>{1});
  EXPECT_EQ(songs_of(second->id), (std::vector<int>{2, 3}));
}

TEST_F(SubsonicPlaylists, AFailureHalfwayLosesNoTrack) {
  Options options;
  options.has_form_post = false;
  begin(options);
  std::vector<int> songs(300);
  for (int i = 0; i < 300; ++i) songs[static_cast<std::size_t>(i)] = i;
  const auto made = provider_->create_playlist("Long", uris(songs), {});
  ASSERT_TRUE(made);
  for (int good = 0; good < 8; ++good) {
    std::vector<test::Fault> faults(static_cast<std::size_t>(good));
    faults.push_back({.times = 20, .reset_before_head = true});
    server_->fault("updatePlaylist", faults);
    (void)provider_->edit_playlist(made->id, range(Kind::kMove, 0, 1, 250), {});
    server_->fault("updatePlaylist", {});
    const std::vector<int> left = songs_of(made->id);
    for (const int song : songs) ASSERT_NE(std::find(left.begin(), left.end(), song), left.end()) << song;
  }
}

TEST_F(SubsonicPlaylists, WhatMakesNoSenseIsRefused) {
  begin();
  const auto made = provider_->create_playlist("Evening", uris({1, 2, 3}), {});
  ASSERT_TRUE(made);
  for (const PlaylistEdit& edit :
       {add({1}, 4), add({1}, -2), range(Kind::kRemove, 3, 1, 0), range(Kind::kRemove, 0, 4, 0),
        range(Kind::kRemove, -1, 1, 0), range(Kind::kRemove, 0, 0, 0), range(Kind::kMove, 0, 2, 2),
        range(Kind::kMove, 0, 1, -1), range(Kind::kRemove, 1, 2'147'483'647, 0)})
    EXPECT_EQ(provider_->edit_playlist(made->id, edit, {}).error().reason, "POSITION_INVALID");
  PlaylistEdit foreign = add({}, -1);
  foreign.uris = {"segue://other/1"};
  EXPECT_EQ(provider_->edit_playlist(made->id, foreign, {}).error().reason, "TRACK_FOREIGN");
  EXPECT_EQ(provider_->create_playlist("x", {"file:///a.mp3"}, {}).error().reason, "TRACK_FOREIGN");
  EXPECT_EQ(provider_->create_playlist(" \n", {}, {}).error().reason, "NAME_INVALID");
  EXPECT_EQ(provider_->edit_playlist("99999", add({1}, -1), {}).error().reason, "PLAYLIST_MISSING");
  EXPECT_EQ(songs_of(made->id), (std::vector<int>{1, 2, 3}));
}

TEST_F(SubsonicPlaylists, WhoMayNotEditIsTold) {
  Options options;
  options.may_edit = false;
  begin(options);
  server_->add(test::SubsonicPlaylist{.id = "77", .name = "Theirs", .owner = "eve", .songs = {"1"}});
  const auto refused = provider_->edit_playlist("77", add({2}, -1), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kPermissionDenied);
  EXPECT_FALSE(provider_->playlists({})->at(0).is_editable);
}

}  // namespace
}  // namespace segue::catalog
