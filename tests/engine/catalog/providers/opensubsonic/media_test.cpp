// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/catalog/providers/opensubsonic/subsonic_fixture.h"

namespace segue::catalog {
namespace {

using test::Fault;

class SubsonicMedia : public Subsonic {
 protected:
  std::string bytes_of(const model::MediaRef& ref) {
    net::HttpRequest request;
    request.url = ref.url;
    request.headers = ref.headers;
    request.may_be_private = ref.may_be_private;
    const auto response = http_->fetch(request);
    return response && response->head.status == 200 ? response->body : "nothing";
  }
};

TEST_F(SubsonicMedia, TheOriginalIsDownloaded) {
  start();
  test::SubsonicSong song = subsonic_song("a/b", "Title");
  song.suffix = "flac";
  song.bits = 16;
  song.sample_rate_hz = 44'100;
  server_->add(song);
  const auto ref = provider_->resolve("a/b", {});
  ASSERT_TRUE(ref) << ref.error().message;
  EXPECT_EQ(bytes_of(*ref), song.bytes);
  EXPECT_NE(ref->url.find("/rest/download.view?"), std::string::npos);
  EXPECT_EQ(ref->label, "segue://home/a%2Fb");
  EXPECT_EQ(ref->cache_key, "home/a%2Fb");
  EXPECT_EQ(ref->size, static_cast<std::int64_t>(song.bytes.size()));
  EXPECT_EQ(ref->quality, "flac 44.1 kHz 16 bit");
  EXPECT_EQ(ref->mime, "audio/flac");
  EXPECT_EQ(ref->title, "Title");
  EXPECT_EQ(ref->artist, "Artist");
  EXPECT_EQ(ref->album, "Album");
  EXPECT_EQ(ref->duration_s, 200);
  EXPECT_TRUE(ref->may_be_private);
  EXPECT_TRUE(ref->seekable);
  EXPECT_FALSE(ref->live);
  EXPECT_EQ(complaints(), std::vector<std::string>());
}

TEST_F(SubsonicMedia, EachAddressHasCredentialsOfItsOwn) {
  start();
  add_songs(1);
  const auto first = provider_->resolve("0", {}), second = provider_->resolve("0", {});
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->url, second->url);
  EXPECT_EQ(first->cache_key, second->cache_key);
  EXPECT_EQ(bytes_of(*first), bytes_of(*second));
}

TEST_F(SubsonicMedia, ATrackOfASearchCostsNoFurtherCall) {
  start();
  add_songs(3);
  ASSERT_TRUE(provider_->search("song", 0, 10, {}));
  ASSERT_TRUE(provider_->resolve("0", {}));
  const std::size_t before = calls("");
  ASSERT_TRUE(provider_->resolve("1", {}));
  EXPECT_EQ(calls(""), before);
}

TEST_F(SubsonicMedia, WithoutDownloadsItIsTheRawStream) {
  for (const int way : {0, 1}) {
    start();
    add_songs(1);
    if (way == 0) server_->error("download", 50, 100);
    if (way == 1) server_->fault("download", {Fault{.times = Fault::kForEver, .status = 404, .body = "no"}});
    const auto ref = provider_->resolve("0", {});
    ASSERT_TRUE(ref) << ref.error().message;
    EXPECT_NE(ref->url.find("/rest/stream.view?"), std::string::npos);
    EXPECT_NE(ref->url.find("format=raw"), std::string::npos);
    EXPECT_EQ(bytes_of(*ref), "bytes of 0");
    EXPECT_EQ(complaints(), std::vector<std::string>()) << "no transcoding is asked for";
  }
}

TEST_F(SubsonicMedia, AMissingTrackIsMissing) {
  start();
  add_songs(1);
  EXPECT_EQ(provider_->resolve("99", {}).error().reason, "TRACK_MISSING");
  server_->error("getSong", 0);
  EXPECT_EQ(provider_->resolve("malformed", {}).error().reason, "TRACK_MISSING") << "supysonic's badly formed UUID";
}

TEST_F(SubsonicMedia, TroubleOfTheFirstProbeIsLeftToWhoeverFetches) {
  start();
  add_songs(1);
  server_->fault("download", {Fault{.status = 503, .body = "busy"}});
  const auto ref = provider_->resolve("0", {});
  ASSERT_TRUE(ref) << ref.error().message;
  EXPECT_EQ(bytes_of(*ref), "bytes of 0");
}

TEST_F(SubsonicMedia, StationsAreLive) {
  start();
  test::Live live;
  live.bytes = test::repeated("x");
  live.rate_bytes_per_s = 10'000;
  server_->net().serve_live("/live", live);
  server_->net().serve("/radio.pls", "[playlist]\nFile1=" + server_->net().url("/live") + "\n",
                       {.mime = "audio/x-scpls"});
  server_->add(test::SubsonicStation{"3", "Radio Three", server_->net().url("/radio.pls")});
  const auto stations = provider_->browse("stations", "", {});
  ASSERT_TRUE(stations) << stations.error().message;
  ASSERT_EQ(stations->entries.size(), 1U);
  EXPECT_TRUE(stations->entries[0].is_live);
  EXPECT_EQ(provider_->get(stations->entries[0].id, {})->title, "Radio Three");
  const auto ref = provider_->resolve(stations->entries[0].id, {});
  ASSERT_TRUE(ref) << ref.error().message;
  EXPECT_TRUE(ref->live);
  EXPECT_EQ(ref->url, server_->net().url("/live"));
  EXPECT_EQ(ref->title, "Radio Three");
  EXPECT_EQ(provider_->resolve("radio:4", {}).error().reason, "TRACK_MISSING");
}

TEST_F(SubsonicMedia, UserInformationOfTheServersAddressIsSentToItOnly) {
  start();
  add_songs(1);
  model::ProviderConfig proxied = config();
  proxied.url = "http://proxy:pass@127.0.0.1:" + std::to_string(server_->net().port());
  configure(proxied);
  const auto ref = provider_->resolve("0", {});
  ASSERT_TRUE(ref) << ref.error().message;
  ASSERT_EQ(ref->headers.size(), 1U);
  EXPECT_EQ(ref->headers[0].value, "Basic cHJveHk6cGFzcw==");
  for (const auto& call : server_->calls()) EXPECT_EQ(call.request.header("authorization"), "Basic cHJveHk6cGFzcw==");
}

}  // namespace
}  // namespace segue::catalog
