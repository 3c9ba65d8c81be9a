// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/http.h"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "engine/net/http.h"
#include "tests/engine/catalog/providers/no_library.h"
#include "tests/support/net/fault_server.h"

namespace segue::catalog {
namespace {

using test::Fault;
using test::FaultServer;

class Http : public testing::Test {
 protected:
  Http() {
    server_.serve("/a.mp3", std::string(200'000, 'x'), {.mime = "audio/mpeg"});
    server_.serve("/page", "<html></html>", {.mime = "text/html"});
    test::Live live;
    live.bytes = test::repeated("abcdefgh");
    live.rate_bytes_per_s = 100'000;
    live.metaint = 16'000;
    live.headers = {{"icy-name", "Radio \x1b[31mOne"}, {"icy-br", "128"}};
    server_.serve_live("/live", live);
    model::ProviderConfig config;
    config.name = "web";
    config.type = "http";
    auto made = make_http(config, {*http_, library_});
    EXPECT_TRUE(made);
    provider_ = std::move(*made);
  }
  Result<model::MediaRef> resolve(const std::string& path) { return provider_->resolve(server_.url(path), {}); }

  FaultServer server_;
  test::NoLibrary library_;
  std::unique_ptr<net::HttpClient> http_ = net::HttpClient::create({});
  std::unique_ptr<Provider> provider_;
};

TEST_F(Http, ATrackIsItsAddress) {
  const auto ref = resolve("/a.mp3?sig=canary");
  ASSERT_TRUE(ref) << ref.error().message;
  EXPECT_EQ(ref->url, server_.url("/a.mp3?sig=canary"));
  EXPECT_EQ(ref->provider, "web");
  EXPECT_TRUE(ref->may_be_private);
  EXPECT_FALSE(ref->live);
  EXPECT_TRUE(ref->seekable);
  EXPECT_EQ(ref->mime, "audio/mpeg");
  for (const std::string& text : {ref->label, ref->cache_key})
    EXPECT_EQ(text.find("canary"), std::string::npos) << text;
}

TEST_F(Http, AskingCostsOneShortRequestAndIsRemembered) {
  ASSERT_TRUE(resolve("/a.mp3"));
  ASSERT_TRUE(resolve("/a.mp3"));
  const auto log = server_.log("/a.mp3");
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].request.header("range"), "bytes=0-0");
}

TEST_F(Http, UserInformationIsAHeaderAndNowhereElse) {
  const std::string url = "http://dj:canary@127.0.0.1:" + std::to_string(server_.port()) + "/a.mp3";
  const auto ref = provider_->resolve(url, {});
  ASSERT_TRUE(ref) << ref.error().message;
  EXPECT_EQ(ref->url.find("canary"), std::string::npos);
  EXPECT_EQ(ref->label.find("canary"), std::string::npos);
  EXPECT_EQ(ref->cache_key, resolve("/a.mp3")->cache_key);
  ASSERT_EQ(ref->headers.size(), 1U);
  EXPECT_EQ(server_.log("/a.mp3")[0].request.header("authorization"), ref->headers[0].value);
  EXPECT_EQ(provider_->get(url, {})->uri.find("canary"), std::string::npos);
}

TEST_F(Http, RadioIsLive) {
  const auto ref = resolve("/live");
  ASSERT_TRUE(ref) << ref.error().message;
  EXPECT_TRUE(ref->live);
  EXPECT_FALSE(ref->seekable);
  EXPECT_FALSE(ref->may_store);
  EXPECT_EQ(ref->title, "Radio  [31mOne");
  EXPECT_EQ(ref->quality, "128 kbit/s");
  const auto entry = provider_->get(server_.url("/live"), {});
  ASSERT_TRUE(entry);
  EXPECT_TRUE(entry->is_live);
  EXPECT_EQ(entry->codec, "mp3");
  EXPECT_EQ(server_.log("/live").size(), 1U) << "the verdict is remembered";
  EXPECT_TRUE(server_.wait_for([](const auto& log) { return log.back().ending == test::Ending::kPeerClosed; }))
      << "the look at it has ended";
}

TEST_F(Http, AudioWithoutALengthIsLive) {
  server_.script("/a.mp3", {Fault{.framing = test::Framing::kClose, .ignore_range = true}});
  const auto ref = resolve("/a.mp3");
  ASSERT_TRUE(ref) << ref.error().message;
  EXPECT_TRUE(ref->live);
}

TEST_F(Http, AServerWithoutRangesIsLeftAfterItsHead) {
  server_.serve("/long.mp3", std::string(50'000'000, 'x'), {.mime = "audio/mpeg"});
  server_.script("/long.mp3", {Fault{.ignore_range = true}});
  const auto ref = resolve("/long.mp3");
  ASSERT_TRUE(ref) << ref.error().message;
  EXPECT_FALSE(ref->live);
  ASSERT_TRUE(server_.wait_for([](const auto& log) { return log.back().ending != test::Ending::kOpen; }));
  EXPECT_LT(server_.log("/long.mp3")[0].body_bytes, 20'000'000);
}

TEST_F(Http, PlaylistsLeadToTheirFirstEntryThatIsThere) {
  server_.serve("/l.m3u", "#EXTM3U\n#EXTINF:-1,Gone\ngone.mp3\n#EXTINF:-1,One\nlive\n", {.mime = "audio/x-mpegurl"});
  server_.serve("/l.pls", "[playlist]\nFile1=l.m3u\n", {.mime = "audio/x-scpls"});
  server_.serve("/typed", "#EXTM3U\nlive\n", {.mime = "audio/mpegurl"});
  server_.serve("/l.xspf", "<playlist><trackList><track><location>a.mp3</location></track></trackList></playlist>",
                {.mime = "application/xspf+xml"});
  for (const char* path : {"/l.m3u", "/l.pls", "/typed"}) {
    const auto ref = resolve(path);
    ASSERT_TRUE(ref) << path << ref.error().message;
    EXPECT_EQ(ref->url, server_.url("/live")) << path;
    EXPECT_TRUE(ref->live);
  }
  EXPECT_EQ(resolve("/l.xspf")->url, server_.url("/a.mp3"));
}

TEST_F(Http, APlaylistThatLeadsToItselfEnds) {
  server_.serve("/loop.m3u", "loop.m3u\n", {.mime = "audio/x-mpegurl"});
  const auto ref = resolve("/loop.m3u");
  ASSERT_FALSE(ref);
  EXPECT_EQ(ref.error().reason, "NOT_AUDIO");
  EXPECT_LE(server_.log().size(), 3U);
}

TEST_F(Http, HlsAndDocumentsAreNoTracks) {
  server_.serve("/h.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:6\ns.ts\n", {.mime = "application/vnd.apple.mpegurl"});
  const auto hls = resolve("/h.m3u8");
  ASSERT_FALSE(hls);
  EXPECT_EQ(hls.error().reason, "UNSUPPORTED_MEDIA");
  EXPECT_NE(hls.error().message.find("HLS"), std::string::npos);
  EXPECT_EQ(resolve("/page").error().reason, "NOT_AUDIO");
}

TEST_F(Http, StatusesAreTold) {
  const std::pair<int, const char*> rows[] = {{401, "HTTP_401"}, {403, "HTTP_403"},     {404, "HTTP_404"},
                                              {410, "HTTP_404"}, {429, "RATE_LIMITED"}, {503, "HTTP_5XX"}};
  for (const auto& [status, reason] : rows) {
    server_.script("/a.mp3", {Fault{.status = status}});
    const auto ref = resolve("/a.mp3?sig=canary");
    ASSERT_FALSE(ref);
    EXPECT_EQ(ref.error().reason, reason);
    EXPECT_EQ(ref.error().message.find("canary"), std::string::npos) << ref.error().message;
  }
  server_.stop();
  EXPECT_EQ(resolve("/a.mp3").error().reason, "CONNECTION_REFUSED");
}

TEST_F(Http, RefusesWhatIsNoAddress) {
  for (const char* id : {"", "file:///etc/passwd", "gopher://x/", "a.mp3", "http://", "http://x y/"}) {
    const auto ref = provider_->resolve(id, {});
    ASSERT_FALSE(ref) << id;
    EXPECT_EQ(ref.error().code, Code::kInvalidArgument) << id;
  }
}

TEST_F(Http, EndsSoonAfterStop) {
  server_.script("/a.mp3", {Fault{.hang = true}});
  std::stop_source stop;
  std::chrono::steady_clock::time_point stopped;
  std::jthread stopper([&] {
    ASSERT_TRUE(server_.wait_for_requests(1));
    stopped = std::chrono::steady_clock::now();
    stop.request_stop();
  });
  const auto ref = provider_->resolve(server_.url("/a.mp3"), stop.get_token());
  const auto took = std::chrono::steady_clock::now() - stopped;
  ASSERT_FALSE(ref);
  EXPECT_EQ(ref.error().code, Code::kCancelled);
  EXPECT_LT(took, std::chrono::seconds(2));
}

TEST_F(Http, ListsNothingAndKeepsNothing) {
  EXPECT_TRUE(provider_->browse("", "", {})->entries.empty());
  EXPECT_TRUE(provider_->search("x", 0, 10, {})->empty());
  EXPECT_TRUE(provider_->playlists({})->empty());
  EXPECT_TRUE(provider_->check({}));
  EXPECT_EQ(provider_->create_playlist("x", {}, {}).error().code, Code::kUnimplemented);
  EXPECT_EQ(provider_->report({{}}, {}).error().code, Code::kUnimplemented);
  EXPECT_FALSE(provider_->describe().can_search);
  EXPECT_TRUE(provider_->describe().has_live);
}

}  // namespace
}  // namespace segue::catalog
