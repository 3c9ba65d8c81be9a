// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/http/stations.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/catalog/providers/http.h"
#include "tests/engine/catalog/providers/no_library.h"
#include "tests/support/net/fault_server.h"

namespace segue::catalog {
namespace {

const char* const kList =
    "#EXTM3U\n#PLAYLIST:My radio\n#EXTINF:-1,Jazz - Blue\nhttp://dj:canary@127.0.0.1:1/blue\n"
    "#EXTINF:-1,Rock\nhttp://rock.example/live\n#EXTINF:61,A - Track\nhttp://files.example/t.mp3\n/local.mp3\n";

class StationsTest : public testing::Test {
 protected:
  std::unique_ptr<Provider> provider(const std::string& url) {
    auto made = make(url);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  Result<std::unique_ptr<Provider>> make(const std::string& url) {
    model::ProviderConfig config;
    config.name = "radio";
    config.type = "http";
    config.url = url;
    return make_http(config, {*http_, library_});
  }
  test::FaultServer server_;
  test::NoLibrary library_;
  std::unique_ptr<net::HttpClient> http_ = net::HttpClient::create({});
};

void expect_stations(Provider& provider, std::size_t count) {
  const auto listing = provider.browse("", "", {});
  ASSERT_TRUE(listing) << listing.error().message;
  ASSERT_EQ(listing->entries.size(), count);
  EXPECT_EQ(listing->entries[0].uri, "http://127.0.0.1:1/blue") << "without user information";
  EXPECT_EQ(listing->entries[0].title, "Blue");
  EXPECT_EQ(listing->entries[0].artist, "Jazz");
  EXPECT_TRUE(listing->entries[0].is_live);
  EXPECT_FALSE(listing->entries[2].is_live) << "it has a length";
}

TEST_F(StationsTest, AreThoseOfAFile) {
  std::string folder = (std::filesystem::temp_directory_path() / "segue-stations-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::ofstream(folder + "/s.m3u") << kList;
  const auto radio = provider("file://" + folder + "/s.m3u");
  expect_stations(*radio, 3);
  std::filesystem::remove_all(folder);
  EXPECT_FALSE(provider("file://" + folder + "/s.m3u")->check({})) << "it is gone";
}

TEST_F(StationsTest, AreThoseOfAnAddressAndAskedForOnce) {
  server_.serve("/s.m3u", kList, {.mime = "audio/x-mpegurl"});
  const auto radio = provider(server_.url("/s.m3u"));
  ASSERT_NO_FATAL_FAILURE(expect_stations(*radio, 4));
  const auto found = radio->search("jazz BLUE", 0, 10, {});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_TRUE(radio->search("jazz rock", 0, 10, {})->empty());
  EXPECT_EQ(radio->search("", 1, 2, {})->size(), 2U);
  const auto playlists = radio->playlists({});
  ASSERT_TRUE(playlists);
  ASSERT_EQ(playlists->size(), 1U);
  EXPECT_EQ((*playlists)[0].name, "My radio");
  EXPECT_EQ((*playlists)[0].tracks, 4);
  EXPECT_FALSE((*playlists)[0].is_editable);
  EXPECT_EQ(radio->playlist((*playlists)[0].id, {})->entries.size(), 4U);
  EXPECT_EQ(server_.log("/s.m3u").size(), 1U);
  ASSERT_TRUE(radio->login({}));
  EXPECT_EQ(server_.log("/s.m3u").size(), 2U) << "asked anew";
}

TEST_F(StationsTest, CredentialsOfTheListGoToTheStationOnly) {
  test::Live live;
  live.bytes = test::repeated("x");
  live.rate_bytes_per_s = 10'000;
  server_.serve_live("/live", live);
  const std::string port = std::to_string(server_.port());
  server_.serve("/s.m3u", "http://dj:canary@127.0.0.1:" + port + "/live\n", {.mime = "audio/x-mpegurl"});
  const auto radio = provider(server_.url("/s.m3u"));
  const auto listing = radio->browse("", "", {});
  ASSERT_TRUE(listing);
  ASSERT_EQ(listing->entries.size(), 1U);
  const auto ref = radio->resolve(listing->entries[0].id, {});
  ASSERT_TRUE(ref) << ref.error().message;
  ASSERT_EQ(ref->headers.size(), 1U);
  EXPECT_EQ(server_.log("/live").at(0).request.header("authorization"), ref->headers[0].value);
  EXPECT_EQ(server_.log("/s.m3u").at(0).request.header("authorization"), "");
}

TEST_F(StationsTest, ComeInPages) {
  std::string list;
  for (int i = 0; i < 1'200; ++i) list += "http://radio.example/" + std::to_string(i) + "\n";
  server_.serve("/s.m3u", list, {.mime = "audio/x-mpegurl"});
  const auto radio = provider(server_.url("/s.m3u"));
  std::size_t count = 0;
  std::string page;
  do {
    const auto listing = radio->browse("", page, {});
    ASSERT_TRUE(listing);
    EXPECT_LE(listing->entries.size(), 500U);
    count += listing->entries.size();
    page = listing->next;
  } while (!page.empty());
  EXPECT_EQ(count, 1'200U);
  EXPECT_EQ(radio->browse("", "x", {}).error().reason, "PAGE_INVALID");
  EXPECT_TRUE(radio->browse("", "18446744073709551615", {})->entries.empty());
  EXPECT_EQ(radio->browse("nothing", "", {}).error().reason, "NODE_MISSING");
}

TEST_F(StationsTest, AnotherKindOfAddressIsRefusedAtOnce) {
  const auto made = make("ftp://x/");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, "PROVIDER_CONFIG");
}

}  // namespace
}  // namespace segue::catalog
