// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic.h"

#include <chrono>
#include <set>
#include <thread>

#include "tests/engine/catalog/providers/opensubsonic/subsonic_fixture.h"

namespace segue::catalog {
namespace {

std::vector<std::string> titles(const std::vector<Entry>& entries) {
  std::vector<std::string> all;
  for (const Entry& entry : entries) all.push_back(entry.title);
  return all;
}

TEST_F(Subsonic, SearchTellsWhatTheServerKnows) {
  start();
  test::SubsonicSong song = subsonic_song("7", "Blue Monday");
  song.suffix = "flac";
  song.bits = 16;
  song.sample_rate_hz = 44'100;
  song.bpm = 130;
  song.isrc = {"gb-aye-06-01498"};
  song.musicbrainz_id = "5B11F4CE-A62D-471E-81FC-A69A8278C7DA";
  song.year = 1983;
  song.cover_art = "c1";
  server_->add(song);
  const auto found = provider_->search("blue", 0, 50, {});
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 1U);
  const Entry& entry = (*found)[0];
  EXPECT_EQ(entry.uri, "segue://home/7");
  EXPECT_EQ(entry.provider, "home");
  EXPECT_EQ(entry.bpm, 130);
  EXPECT_EQ(entry.isrc, "GBAYE0601498");
  EXPECT_EQ(entry.musicbrainz_id, "5b11f4ce-a62d-471e-81fc-a69a8278c7da");
  EXPECT_EQ(entry.year, 1983);
  EXPECT_EQ(entry.artwork, "c1");
  EXPECT_EQ(entry.duration_s, 200);
  EXPECT_EQ(entry.added_at_s, 1'795'132'800);
  EXPECT_EQ(quality_of(entry), "flac 44.1 kHz 16 bit");
  EXPECT_EQ(complaints(), std::vector<std::string>());
}

TEST_F(Subsonic, SearchGoesOnUntilAShortPage) {
  for (const std::size_t page_max : {20U, 100U, 500U}) {
    Options options;
    options.page_max = page_max;
    start(options);
    add_songs(133);
    const auto found = provider_->search("", 0, 500, {});
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->size(), 133U) << "with pages of " << page_max;
    const auto part = provider_->search("song", 100, 25, {});
    ASSERT_TRUE(part);
    ASSERT_EQ(part->size(), 25U);
    EXPECT_EQ((*part)[0].title, "Song 100");
  }
}

TEST_F(Subsonic, QuotesAndStarsMeanEverything) {
  start();
  add_songs(3);
  for (const char* text : {"", "\"\"", "*", " "}) EXPECT_EQ(provider_->search(text, 0, 10, {})->size(), 3U) << text;
}

TEST_F(Subsonic, GetTellsOneOrThatItIsMissing) {
  start();
  add_songs(2);
  EXPECT_EQ(provider_->get("1", {})->title, "Song 1");
  const auto missing = provider_->get("99", {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_EQ(missing.error().reason, "TRACK_MISSING");
}

TEST_F(Subsonic, SecondCallsCostOneRequest) {
  start();
  add_songs(1);
  ASSERT_TRUE(provider_->search("song", 0, 10, {}));
  const std::size_t before = calls("");
  ASSERT_TRUE(provider_->search("song", 0, 10, {}));
  EXPECT_EQ(calls(""), before + 1);
}

TEST_F(Subsonic, TheTreeLeadsToEverySong) {
  start();
  add_songs(5);
  std::set<std::string> seen;
  std::vector<std::string> open = {""};
  for (std::size_t i = 0; i < open.size() && i < 100; ++i) {
    const auto listing = provider_->browse(open[i], "", {});
    ASSERT_TRUE(listing) << open[i] << ": " << listing.error().message;
    for (const Node& node : listing->nodes) {
      EXPECT_FALSE(node.title.empty());
      if (seen.insert(node.id).second) open.push_back(node.id);
    }
    for (const Entry& entry : listing->entries) seen.insert(entry.uri);
  }
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(seen.contains("segue://home/" + std::to_string(i)));
  for (const char* node : {"artists", "newest", "genres", "stations", "playlists", "genre:House"})
    EXPECT_TRUE(seen.contains(node)) << node;
  EXPECT_EQ(provider_->browse("newest", "", {})->nodes.size(), 1U);
  EXPECT_EQ(titles(provider_->browse("genre:House", "", {})->entries).size(), 5U);
}

TEST_F(Subsonic, AServerWithoutTagsIsBrowsedByFolders) {
  start();
  server_->error("getArtists", 0, 10);
  server_->fault("getIndexes", {test::Fault{.status = 200, .body = R"({"subsonic-response":{"status":"ok",
      "version":"1.10.2","indexes":{"index":{"name":"A","artist":{"id":17,"name":"Abba"}}}}})"}});
  server_->fault("getMusicDirectory", {test::Fault{.status = 200, .body = R"({"subsonic-response":{"status":"ok",
      "version":"1.10.2","directory":{"id":17,"child":[{"id":18,"isDir":true,"title":"Arrival"},
      {"id":19,"isDir":false,"title":"Tiger"}]}}})"}});
  const auto artists = provider_->browse("artists", "", {});
  ASSERT_TRUE(artists) << artists.error().message;
  ASSERT_EQ(artists->nodes.size(), 1U);
  EXPECT_EQ(artists->nodes[0].id, "dir:17");
  const auto folder = provider_->browse("dir:17", "", {});
  ASSERT_TRUE(folder) << folder.error().message;
  ASSERT_EQ(folder->nodes.size(), 1U);
  EXPECT_EQ(folder->nodes[0].id, "dir:18");
  EXPECT_EQ(titles(folder->entries), std::vector<std::string>{"Tiger"});
}

TEST_F(Subsonic, UnknownNodesAndPagesAreRefused) {
  start();
  EXPECT_EQ(provider_->browse("nothing", "", {}).error().reason, "NODE_MISSING");
  EXPECT_EQ(provider_->browse("album:", "", {}).error().reason, "NODE_MISSING");
  EXPECT_EQ(provider_->browse("artists", "-1", {}).error().reason, "PAGE_INVALID");
  EXPECT_EQ(provider_->browse("artists", "1x", {}).error().reason, "PAGE_INVALID");
}

TEST_F(Subsonic, PicturesAreToldByTheirFirstBytes) {
  start();
  server_->add_cover("c1", "\x89PNG\r\n\x1a\n rest", "application/octet-stream");
  server_->add_cover("c2", "no picture at all", "image/jpeg");
  const auto picture = provider_->artwork("c1", 300, {});
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_EQ(picture->mime, "image/png");
  for (const char* id : {"c2", "missing"}) {
    const auto none = provider_->artwork(id, 0, {});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().reason, "ARTWORK_MISSING") << id;
  }
  server_->error("getCoverArt", 0);
  EXPECT_EQ(provider_->artwork("c1", 0, {}).error().reason, "ARTWORK_MISSING") << "supysonic's InternalServerError";
}

TEST_F(Subsonic, PlaysAreReportedInMillisecondsAndOnceEach) {
  start();
  add_songs(3);
  const std::vector<Report> reports = {{"0", false, 1'795'132'800'123}, {"1", false, 1'795'132'900'000}};
  server_->error("scrobble", -1);
  ASSERT_TRUE(provider_->check({}));
  server_->fault("scrobble", {test::Fault{}, test::Fault{.status = 503, .body = "busy"}});
  EXPECT_FALSE(provider_->report(reports, {}));
  ASSERT_TRUE(provider_->report(reports, {}));
  const auto sent = server_->calls("scrobble");
  ASSERT_EQ(sent.size(), 3U) << "the first was taken the first time";
  EXPECT_EQ(sent[0].request.parameter("time"), "1795132800123");
  EXPECT_EQ(sent[0].request.parameter("submission"), "true");
  EXPECT_EQ(sent[2].request.parameter("id"), "1");
  ASSERT_TRUE(provider_->report({{"2", true, 0}}, {}));
  EXPECT_EQ(server_->calls("scrobble").back().request.parameter("submission"), "false");
}

TEST_F(Subsonic, NowPlayingIsAPlaybackReportWhereThereIsOne) {
  start();
  server_->fault("getOpenSubsonicExtensions",
                 {test::Fault{.status = 200, .body = R"({"subsonic-response":{"status":"ok","version":"1.16.1",
                  "openSubsonicExtensions":[{"name":"formPost","versions":[1]},{"name":"playbackReport","versions":[1]}]}})"}});
  server_->fault("reportPlayback",
                 {test::Fault{.status = 200, .body = R"({"subsonic-response":{"status":"ok","version":"1.16.1"}})"}});
  const auto told = provider_->report({{"2", true, 0}}, {});
  ASSERT_TRUE(told) << told.error().message;
  const auto sent = server_->calls("reportPlayback");
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].request.parameter("ignoreScrobble"), "true");
  EXPECT_EQ(calls("scrobble"), 0U);
}

TEST_F(Subsonic, RetryAfterIsObeyed) {
  start();
  ASSERT_TRUE(provider_->check({}));
  server_->fault("*", {test::Fault{.status = 429, .headers = {{"Retry-After", "3600"}}, .body = "slow down"}});
  EXPECT_EQ(provider_->search("x", 0, 10, {}).error().reason, "RATE_LIMITED");
  const std::size_t before = calls("");
  const auto early = provider_->search("x", 0, 10, {});
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Code::kResourceExhausted);
  EXPECT_EQ(calls(""), before) << "not one request before the time";
  const auto quota = provider_->quota({});
  ASSERT_TRUE(quota) << quota.error().message;
  EXPECT_EQ(quota->requests_left, 0);
  EXPECT_GT(quota->resets_at_s, 1'600'000'000);
}

TEST_F(Subsonic, EndsSoonAfterStopWhileTheServerHangs) {
  start();
  ASSERT_TRUE(provider_->check({}));
  server_->net().freeze();
  std::stop_source stop;
  std::chrono::steady_clock::time_point stopped;
  std::jthread stopper([&] {
    server_->net().wait_for(
        [](const auto& log) { return log.back().request.path.find("search3") != std::string::npos; });
    stopped = std::chrono::steady_clock::now();
    stop.request_stop();
  });
  const auto found = provider_->search("x", 0, 10, stop.get_token());
  const auto took = std::chrono::steady_clock::now() - stopped;
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kCancelled);
  EXPECT_LT(took, std::chrono::seconds(2));
  stopper.join();
  server_->net().thaw();
}

TEST_F(Subsonic, SeveralThreadsAskAtOnce) {
  start();
  add_songs(20);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int round = 0; round < 10; ++round) {
        EXPECT_EQ(provider_->search("song", 0, 10, {})->size(), 10U);
        EXPECT_TRUE(provider_->resolve(std::to_string(round), {}));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(complaints(), std::vector<std::string>());
}

}  // namespace
}  // namespace segue::catalog
