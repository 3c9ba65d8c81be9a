// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/servers/supysonic.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "engine/catalog/providers/opensubsonic.h"
#include "engine/net/http.h"
#include "tests/engine/catalog/providers/no_library.h"

namespace segue::catalog {
namespace {

constexpr int kSongs = 12;

// The real server, started once: it takes seconds.
class SupysonicTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::vector<test::MusicFile> music;
    for (int i = 0; i < kSongs; ++i) {
      test::MusicFile file;
      file.name = "Artist " + std::to_string(i % 2) + "/Track " + std::to_string(i) + (i % 3 == 0 ? ".flac" : ".mp3");
      file.title = "Track " + std::to_string(i);
      file.artist = "Artist " + std::to_string(i % 2);
      file.album = "Album " + std::to_string(i % 4);
      file.seconds = 2;
      file.seed = static_cast<std::uint64_t>(1 + i % 3);
      music.push_back(file);
    }
    auto started = test::Supysonic::start(music);
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    ASSERT_NE(server_, nullptr);
    configure(server_->password());
  }
  void configure(const std::string& password) {
    model::ProviderConfig config;
    config.name = "home";
    config.type = "opensubsonic";
    config.url = server_->url();
    config.user = server_->user();
    config.password = password;
    auto made = make_opensubsonic(config, {*http_, library_});
    ASSERT_TRUE(made) << made.error().message;
    provider_ = std::move(*made);
  }
  std::vector<Entry> all_songs() {
    const auto found = provider_->search("", 0, 500, {});
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(std::vector<Entry>());
  }
  std::vector<std::string> titles_of(const std::string& playlist) {
    const auto content = provider_->playlist(playlist, {});
    EXPECT_TRUE(content) << content.error().message;
    std::vector<std::string> titles;
    if (content) {
      for (const Entry& entry : content->entries) titles.push_back(entry.title);
    }
    return titles;
  }

  static std::unique_ptr<test::Supysonic> server_;
  test::NoLibrary library_;
  std::unique_ptr<net::HttpClient> http_ = net::HttpClient::create({});
  std::unique_ptr<Provider> provider_;
};

std::unique_ptr<test::Supysonic> SupysonicTest::server_;

TEST_F(SupysonicTest, LetsUsInByThePasswordOnLoopback) {
  const auto checked = provider_->check({});
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(provider_->describe().auth, "password") << "it answers error 10 to a complete token";
  configure("wrong-canary");
  const auto refused = provider_->check({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "AUTH_FAILED") << refused.error().message;
  EXPECT_EQ(refused.error().message.find("canary"), std::string::npos);
}

TEST_F(SupysonicTest, SearchFindsWordsAndEverythingInPages) {
  EXPECT_EQ(all_songs().size(), static_cast<std::size_t>(kSongs));
  for (const char* text : {"*", "\"\""}) EXPECT_EQ(provider_->search(text, 0, 500, {})->size(), all_songs().size());
  const auto page = provider_->search("", 10, 5, {});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->size(), 2U);
  const auto one = provider_->search("Track 7", 0, 10, {});
  ASSERT_TRUE(one) << one.error().message;
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ(one->at(0).title, "Track 7");
  EXPECT_EQ(one->at(0).artist, "Artist 1");
  EXPECT_EQ(one->at(0).codec, "mp3");
  EXPECT_GT(one->at(0).bitrate_kbps, 0);
  EXPECT_LT(one->at(0).bitrate_kbps, 5'000) << "it tells bits per second";
  EXPECT_NEAR(one->at(0).duration_s, 2, 1);
  EXPECT_GT(one->at(0).added_at_s, 1'600'000'000);
  EXPECT_TRUE(provider_->search("no such words", 0, 10, {})->empty());
}

TEST_F(SupysonicTest, GetKnowsAnIdAndTellsOneItDoesNotKnow) {
  const Entry song = all_songs().at(0);
  EXPECT_EQ(provider_->get(song.id, {})->title, song.title);
  EXPECT_EQ(provider_->get("00000000-0000-0000-0000-000000000000", {}).error().reason, "TRACK_MISSING");
  EXPECT_EQ(provider_->get("no uuid", {}).error().reason, "TRACK_MISSING") << "its generic error";
}

TEST_F(SupysonicTest, TheTreeLeadsToTheSongs) {
  std::vector<std::string> open = {"artists", "newest", "genres", "stations", "playlists"};
  std::size_t songs = 0;
  for (std::size_t i = 0; i < open.size() && i < 100; ++i) {
    const auto listing = provider_->browse(open[i], "", {});
    ASSERT_TRUE(listing) << open[i] << ": " << listing.error().message;
    for (const Node& node : listing->nodes) open.push_back(node.id);
    songs += listing->entries.size();
  }
  EXPECT_GE(songs, 2U * kSongs) << "by artists and by newest albums";
}

TEST_F(SupysonicTest, DownloadsAreTheFilesByteForByte) {
  for (const char* name : {"Track 3", "Track 4"}) {
    const auto found = provider_->search(name, 0, 1, {});
    ASSERT_TRUE(found && !found->empty());
    const auto ref = provider_->resolve(found->at(0).id, {});
    ASSERT_TRUE(ref) << ref.error().message;
    EXPECT_NE(ref->url.find("/download.view"), std::string::npos);
    net::HttpRequest request;
    request.url = ref->url;
    request.may_be_private = ref->may_be_private;
    const auto response = http_->fetch(request);
    ASSERT_TRUE(response) << response.error().message;
    const std::string ending = found->at(0).codec;
    std::ifstream file(server_->music_folder() + "/" + found->at(0).artist + "/" + name + "." + ending,
                       std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    ASSERT_GT(bytes.str().size(), 1'000U);
    EXPECT_TRUE(response->body == bytes.str()) << "of " << response->body.size() << " and " << bytes.str().size();
    EXPECT_EQ(ref->size, static_cast<std::int64_t>(bytes.str().size()));
  }
  EXPECT_EQ(provider_->resolve("00000000-0000-0000-0000-000000000000", {}).error().reason, "TRACK_MISSING");
}

TEST_F(SupysonicTest, PlaylistsAreMadeChangedAndDeleted) {
  const std::vector<Entry> songs = all_songs();
  const auto made = provider_->create_playlist("Evening", {songs[0].uri, songs[1].uri, songs[2].uri}, {});
  ASSERT_TRUE(made) << made.error().message;
  const auto expect = [&](const std::vector<int>& order) {
    std::vector<std::string> titles;
    for (const int i : order) titles.push_back(songs[static_cast<std::size_t>(i)].title);
    EXPECT_EQ(titles_of(made->id), titles);
  };
  expect({0, 1, 2});
  PlaylistEdit edit;
  edit.kind = PlaylistEdit::Kind::kMove;
  edit.position = 2;
  edit.to = 0;
  edit.version = made->version;
  const auto moved = provider_->edit_playlist(made->id, edit, {});
  ASSERT_TRUE(moved) << moved.error().message;
  expect({2, 0, 1});
  EXPECT_EQ(moved->name, "Evening") << "overwriting keeps the name";
  EXPECT_EQ(provider_->edit_playlist(made->id, edit, {}).error().reason, "PLAYLIST_CHANGED");
  edit = {};
  edit.uris = {songs[3].uri, songs[3].uri};
  ASSERT_TRUE(provider_->edit_playlist(made->id, edit, {}));
  expect({2, 0, 1, 3, 3});
  edit = {};
  edit.kind = PlaylistEdit::Kind::kRemove;
  edit.position = 1;
  edit.count = 2;
  ASSERT_TRUE(provider_->edit_playlist(made->id, edit, {}));
  expect({2, 3, 3});
  edit = {};
  edit.kind = PlaylistEdit::Kind::kRename;
  edit.name = "Night";
  ASSERT_TRUE(provider_->edit_playlist(made->id, edit, {}));
  const auto playlists = provider_->playlists({});
  ASSERT_TRUE(playlists);
  EXPECT_TRUE(std::any_of(playlists->begin(), playlists->end(), [](const Playlist& p) { return p.name == "Night"; }));
  ASSERT_TRUE(provider_->delete_playlist(made->id, {}));
  EXPECT_EQ(provider_->playlist(made->id, {}).error().reason, "PLAYLIST_MISSING");
}

TEST_F(SupysonicTest, LongPlaylistsKeepWithinItsAddresses) {
  const std::vector<Entry> songs = all_songs();
  std::vector<std::string> uris;
  for (int i = 0; i < 250; ++i) uris.push_back(songs[static_cast<std::size_t>(i % kSongs)].uri);
  const auto made = provider_->create_playlist("Long", uris, {});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->tracks, 250);
  PlaylistEdit edit;
  edit.kind = PlaylistEdit::Kind::kMove;
  edit.position = 249;
  edit.to = 5;
  const auto moved = provider_->edit_playlist(made->id, edit, {});
  ASSERT_TRUE(moved) << moved.error().message;
  EXPECT_EQ(titles_of(made->id).at(5), songs[249 % kSongs].title);
  EXPECT_TRUE(provider_->delete_playlist(made->id, {}));
}

TEST_F(SupysonicTest, NoPictureIsNoPicture) {
  const Entry song = all_songs().at(0);
  const auto picture = provider_->artwork(song.artwork.empty() ? song.id : song.artwork, 0, {});
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().reason, "ARTWORK_MISSING") << picture.error().message;
}

TEST_F(SupysonicTest, TakesPlaysAndHasNoQuota) {
  const auto reported = provider_->report({{all_songs().at(0).id, false, 1'795'132'800'000}}, {});
  EXPECT_TRUE(reported) << reported.error().message;
  const auto quota = provider_->quota({});
  ASSERT_TRUE(quota) << quota.error().message;
  EXPECT_EQ(quota->tracks, -1) << "it has no scanner without its daemon";
}

}  // namespace
}  // namespace segue::catalog
