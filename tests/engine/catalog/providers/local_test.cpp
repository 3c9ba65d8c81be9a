// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/local.h"

#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/catalog/local/artwork.h"
#include "engine/net/http.h"
#include "tests/engine/catalog/library_folder.h"

namespace segue::catalog {
namespace {

namespace fs = std::filesystem;
using test::flac_file;
using test::LibraryFolder;
using test::titles;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// A provider "local" over a folder of music, as the registry makes it from the configuration.
class LocalProvider : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Provider>> make(const std::vector<std::string>& folders) {
    model::ProviderConfig config;
    config.name = "local";
    config.type = "local";
    config.folders = folders;
    return make_provider(config, {*http_, music_.library()});
  }
  // Makes the provider of the folder and waits until what is in it has been found.
  Provider& provider() {
    if (!provider_) provider_ = std::move(make({music_.path("")}).value());
    music_.library().wait_for_scan("local");
    return *provider_;
  }
  Entry only(const std::string& words) {
    const auto found = provider().search(words, 0, 10, none_);
    EXPECT_TRUE(found && found->size() == 1) << words;
    return found && !found->empty() ? found->front() : Entry{};
  }

  const std::stop_token none_;
  LibraryFolder music_;
  std::unique_ptr<net::HttpClient> http_ = net::HttpClient::create({});
  std::unique_ptr<Provider> provider_;
};

TEST_F(LocalProvider, SaysWhatItCanDo) {
  const Description description = provider().describe();
  EXPECT_EQ(provider().name(), "local");
  EXPECT_EQ(description.name, "local");
  EXPECT_EQ(description.type, "local");
  EXPECT_THAT(description.title, HasSubstr(music_.path("")));
  EXPECT_TRUE(description.can_search && description.can_browse && description.has_artwork);
  EXPECT_TRUE(description.has_playlists && description.can_edit_playlists);
  EXPECT_FALSE(description.has_live || description.can_report || description.needs_login);
  EXPECT_TRUE(provider().login(none_));
  EXPECT_EQ(provider().report({}, none_).error().code, Code::kUnimplemented);
}

TEST_F(LocalProvider, ListsNameWhatTheyAreInTheTitle) {
  fs::create_directories(music_.path("one"));
  fs::create_directories(music_.path("two"));
  const auto made = make({music_.path("one"), music_.path("two")});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ((*made)->describe().title, "2 folders");
}

TEST_F(LocalProvider, RefusesAFolderThatIsNone) {
  const auto made = make({"Music"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, "FOLDER_INVALID");
  EXPECT_THAT(made.error().message, StartsWith("provider local: "));
  EXPECT_THAT(made.error().message, HasSubstr("absolute path"));
}

TEST_F(LocalProvider, FindsGetsAndBrowsesTheSameTrack) {
  music_.write("album/1.flac", flac_file({{"TITLE", "Strings of Life"}, {"ARTIST", "Rhythim"}, {"ALBUM", "Nude"}}));
  const Entry entry = only("strings rhy");
  EXPECT_EQ(entry.uri, "segue://local/" + entry.id);
  EXPECT_EQ(parse_uri(entry.uri)->id, entry.id);
  EXPECT_EQ(entry.provider, "local");
  EXPECT_EQ(provider().get(entry.id, none_).value().title, "Strings of Life");
  const Listing root = provider().browse("", "", none_).value();
  ASSERT_EQ(root.nodes.size(), 1U);
  EXPECT_EQ(root.nodes[0].title, "album");
  const Listing album = provider().browse(root.nodes[0].id, "", none_).value();
  ASSERT_EQ(album.entries.size(), 1U);
  EXPECT_EQ(album.entries[0].id, entry.id);
  EXPECT_EQ(provider().quota(none_).value().tracks, 1);
  EXPECT_EQ(provider().get("ffffffffffffffff", none_).error().code, Code::kNotFound);
}

TEST_F(LocalProvider, ResolvesToTheFileItself) {
  const std::string bytes = flac_file({{"TITLE", "Blue"}, {"ARTIST", "Me"}, {"ALBUM", "Sky"}});
  music_.write("with % and #.flac", bytes);
  const Entry entry = only("blue");
  const auto media = provider().resolve(entry.id, none_);
  ASSERT_TRUE(media) << media.error().message;
  EXPECT_EQ(media->path, music_.path("with % and #.flac"));
  EXPECT_EQ(media->url, "");
  EXPECT_EQ(media->provider, "local");
  EXPECT_THAT(media->cache_key, StartsWith("local/" + entry.id));
  EXPECT_EQ(media->size, static_cast<std::int64_t>(bytes.size()));
  EXPECT_FALSE(media->may_store) << "it is on a disk already";
  EXPECT_TRUE(media->seekable);
  EXPECT_EQ(media->quality, "flac 44.1 kHz 16 bit");
  EXPECT_EQ(media->title, "Blue");
  EXPECT_EQ(media->artist, "Me");
  EXPECT_EQ(media->album, "Sky");
  EXPECT_NEAR(media->duration_s, 0.1, 0.01);
  const auto missing = provider().resolve("ffffffffffffffff", none_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, "TRACK_MISSING");
}

TEST_F(LocalProvider, ResolvesToWhereTheFileIsNow) {
  music_.write("a.flac", flac_file({{"TITLE", "Wander"}}));
  const std::string id = only("wander").id;
  fs::rename(music_.path("a.flac"), music_.path("b.flac"));
  music_.library().wait_for_scan("local");
  EXPECT_EQ(provider().resolve(id, none_).value().path, music_.path("b.flac"));
}

TEST_F(LocalProvider, IsThereAsLongAsOneOfItsFoldersIs) {
  fs::create_directories(music_.path("one"));
  fs::create_directories(music_.path("two"));
  provider_ = std::move(make({music_.path("one"), music_.path("two")}).value());
  EXPECT_TRUE(provider_->check(none_));
  fs::remove(music_.path("one"));
  EXPECT_TRUE(provider_->check(none_));
  fs::remove(music_.path("two"));
  music_.write("two", "a file in its place");
  const auto gone = provider_->check(none_);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Code::kUnavailable);
  EXPECT_EQ(gone.error().reason, "FOLDER_MISSING");
  EXPECT_THAT(gone.error().message, HasSubstr("is its disk mounted?"));
}

TEST_F(LocalProvider, KeepsPlaylistsOfTracksFromAnywhere) {
  music_.write("a.flac", flac_file({{"TITLE", "Here"}}));
  const Entry here = only("here");
  const auto made = provider().create_playlist("Friday", {here.uri}, none_);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(made->is_editable);
  EXPECT_EQ(made->provider, "local");
  PlaylistEdit add;
  add.uris = {"http://radio.example/live"};
  add.position = 0;
  add.version = made->version;
  const auto edited = provider().edit_playlist(made->id, add, none_);
  ASSERT_TRUE(edited) << edited.error().message;
  EXPECT_NE(edited->version, made->version);
  EXPECT_EQ(provider().edit_playlist(made->id, add, none_).error().reason, "PLAYLIST_CHANGED");
  const auto content = provider().playlist(made->id, none_);
  ASSERT_TRUE(content) << content.error().message;
  ASSERT_EQ(content->entries.size(), 2U);
  EXPECT_EQ(content->entries[0].uri, "http://radio.example/live");
  EXPECT_EQ(content->entries[1].title, "Here");
  EXPECT_EQ(provider().playlists(none_).value().size(), 1U);
  EXPECT_TRUE(provider().delete_playlist(made->id, none_));
  EXPECT_THAT(provider().playlists(none_).value(), IsEmpty());
  EXPECT_EQ(provider().playlist(made->id, none_).error().reason, "PLAYLIST_MISSING");
}

TEST_F(LocalProvider, ShowsThePictureInTheFileBeforeTheOneBesideIt) {
  const std::string png = test::small_png();
  music_.write("in/a.flac", flac_file({{"TITLE", "Embedded"}}, png));
  music_.write("in/cover.jpg", "\xff\xd8\xff\xe0 beside");
  music_.write("beside/b.flac", flac_file({{"TITLE", "Beside"}}));
  music_.write("beside/Folder.PNG", png + "beside");
  music_.write("none/c.flac", flac_file({{"TITLE", "Neither"}}));
  const Entry embedded = only("embedded"), beside = only("beside"), neither = only("neither");
  ASSERT_NE(embedded.artwork, "");
  ASSERT_NE(beside.artwork, "") << "known after the first scan";
  EXPECT_EQ(neither.artwork, "");
  const auto picture = provider().artwork(embedded.artwork, 0, none_);
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_EQ(picture->mime, "image/png");
  EXPECT_EQ(picture->bytes, png);
  EXPECT_EQ(provider().artwork(beside.artwork, 300, none_).value().bytes, png + "beside");
  const auto missing = provider().artwork(neither.id, 0, none_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_EQ(provider().artwork("../../etc/passwd", 0, none_).error().code, Code::kNotFound);
}

TEST_F(LocalProvider, SeesACoverComeAndGo) {
  music_.write("b.flac", flac_file({{"TITLE", "Beside"}}));
  EXPECT_EQ(only("beside").artwork, "");
  music_.write("cover.png", test::small_png());
  music_.library().wait_for_scan("local");
  EXPECT_NE(only("beside").artwork, "");
  fs::remove(music_.path("cover.png"));
  music_.library().wait_for_scan("local");
  EXPECT_EQ(only("beside").artwork, "");
}

TEST_F(LocalProvider, AnswersManyCallersAtOnceWhileItScans) {
  test::make_music_folder(music_.path(""), 9, 600);
  provider_ = std::move(make({music_.path("")}).value());
  std::vector<std::jthread> callers;
  std::atomic<int> failures{0}, answers{0};
  for (int caller = 0; caller < 12; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = 0; i < 20; ++i) {
        const bool ok = provider_->search("s", 0, 50, none_) && provider_->browse("", "", none_) &&
                        provider_->create_playlist(std::to_string(caller) + "." + std::to_string(i), {}, none_);
        ++(ok ? answers : failures);
      }
    });
  }
  callers.clear();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(answers, 240);
  EXPECT_EQ(provider().quota(none_).value().tracks, 600);
  EXPECT_EQ(provider().playlists(none_).value().size(), 240U);
}

}  // namespace
}  // namespace segue::catalog
