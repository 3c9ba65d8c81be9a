// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/subsonic/subsonic_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/net/raw_client.h"

namespace segue::test {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kPassword = "u=dj&p=sesame&v=1.16.1&c=test&f=json";

SubsonicSong song(const std::string& id, const std::string& title) {
  return {.id = id,
          .title = title,
          .artist = "Rival Consoles",
          .album = "Persona",
          .duration_s = 241.3,
          .bitrate_kbps = 320,
          .bpm = 124,
          .isrc = {"GBCQV1800001"},
          .bytes = "bytes of " + title};
}

class SubsonicServerTest : public testing::Test {
 protected:
  void start(SubsonicServer::Options options = {}) {
    server_ = std::make_unique<SubsonicServer>(options);
    for (int i = 0; i < 3; ++i) server_->add(song(std::to_string(10 + i), "Song " + std::to_string(i)));
    server_->add(SubsonicPlaylist{.id = "7", .name = "Set", .songs = {"10", "11", "12"}});
  }
  RawAnswer get(const std::string& method, const std::string& query) {
    RawClient client(server_->net().port());
    return client.get("/rest/" + method + "?" + query);
  }
  Json call(const std::string& method, const std::string& query = "", const std::string& auth = kPassword) {
    const RawAnswer answer = get(method, auth + query);
    return Json::parse(answer.body, nullptr, false)["subsonic-response"];
  }
  int code(const std::string& method, const std::string& query, const std::string& auth) {
    const Json answer = call(method, query, auth);
    return answer["status"] == "ok" ? -1 : answer["error"]["code"].get<int>();
  }
  std::unique_ptr<SubsonicServer> server_;
};

TEST_F(SubsonicServerTest, LetsInByKeyTokenAndPassword) {
  start();
  const std::string common = "&v=1.16.1&c=test&f=json";
  EXPECT_EQ(code("ping", "", "apiKey=key-1" + common), -1);
  EXPECT_EQ(code("ping", "", "apiKey=key-2" + common), 44);
  EXPECT_EQ(code("ping", "", "apiKey=key-1&u=dj" + common), 43);
  EXPECT_EQ(code("ping", "", "u=dj&t=26719a1196d2a940705a59634eb18eab&s=c19b2d" + common), -1);
  EXPECT_EQ(code("ping", "", "u=dj&t=26719a1196d2a940705a59634eb18eac&s=c19b2d" + common), 40);
  EXPECT_EQ(code("ping", "", "u=dj&p=enc:736573616d65" + common), -1);
  EXPECT_EQ(code("ping", "", "u=dj&p=wrong" + common), 40);
  EXPECT_EQ(code("ping", "", "u=dj" + common), 10);
  EXPECT_EQ(code("getOpenSubsonicExtensions", "", common.substr(1)), -1);
}

TEST_F(SubsonicServerTest, RefusesWhatItIsToldTo) {
  const std::string token = "u=dj&t=26719a1196d2a940705a59634eb18eab&s=c19b2d&v=1.16.1&c=test&f=json";
  start({.has_api_key = false, .has_token = false});
  EXPECT_EQ(code("ping", "", token), 41);
  start({.has_token = false, .token_refusal = 10});
  EXPECT_EQ(code("ping", "", token), 10);
  start({.has_password = false});
  EXPECT_EQ(code("ping", "", kPassword), 42);
  start({.version = "1.10.2", .wants_old_clients = true});
  EXPECT_EQ(code("ping", "", kPassword), 30);
  start({.may_edit = false});
  EXPECT_EQ(code("deletePlaylist", "&id=7", kPassword), 50);
  server_->error("ping", 70, 2);
  EXPECT_EQ(code("ping", "", kPassword), 70);
  EXPECT_EQ(code("ping", "", kPassword), 70);
  EXPECT_EQ(code("ping", "", kPassword), -1);
}

TEST_F(SubsonicServerTest, SearchesInPages) {
  start();
  EXPECT_EQ(call("search3", "&query=&songCount=2")["searchResult3"]["song"].size(), 2u);
  const Json rest = call("search3.view", "&query=&songCount=2&songOffset=2")["searchResult3"]["song"];
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0]["isrc"][0], "GBCQV1800001");
  EXPECT_EQ(call("search3", "&query=rival%20song%201")["searchResult3"]["song"][0]["id"], "11");
  EXPECT_FALSE(call("search3", "&query=nothing")["searchResult3"].contains("song"));
}

TEST_F(SubsonicServerTest, TellsThingsInOtherShapes) {
  start({.tells_single_as_object = true, .tells_ids_as_numbers = true, .tells_bits_per_s = true});
  const Json found = call("search3", "&query=song%201")["searchResult3"]["song"];
  ASSERT_TRUE(found.is_object());
  EXPECT_EQ(found["id"], 11);
  EXPECT_EQ(found["bitRate"], 320'000);
}

TEST_F(SubsonicServerTest, GivesFilesWithRanges) {
  start();
  EXPECT_EQ(get("download", kPassword + "&id=11").body, "bytes of Song 1");
  RawClient client(server_->net().port());
  const RawAnswer part = client.get("/rest/download?" + kPassword + "&id=11", "Range: bytes=9-\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "Song 1");
  const RawAnswer missing = get("download", kPassword + "&id=99");
  EXPECT_EQ(missing.status, 200);
  EXPECT_EQ(missing.field("content-type"), "application/json");
}

TEST_F(SubsonicServerTest, EditsPlaylists) {
  start();
  const std::string before = server_->playlists()[0].changed;
  call("updatePlaylist", "&playlistId=7&songIndexToRemove=0&songIndexToRemove=2&songIdToAdd=10&name=New");
  EXPECT_THAT(server_->playlists()[0].songs, ElementsAre("11", "10"));
  EXPECT_EQ(server_->playlists()[0].name, "New");
  EXPECT_NE(server_->playlists()[0].changed, before);
  call("createPlaylist", "&playlistId=7&songId=12&songId=12");
  EXPECT_THAT(server_->playlists()[0].songs, ElementsAre("12", "12"));
  EXPECT_EQ(call("createPlaylist", "&name=Two&songId=10")["playlist"]["songCount"], 1);
  call("deletePlaylist", "&id=7");
  EXPECT_EQ(call("getPlaylists")["playlists"]["playlist"].size(), 1u);
}

TEST_F(SubsonicServerTest, PassesBrokenTextThrough) {
  start();
  server_->add(song("20", "bad \xff\xfe utf"));
  EXPECT_THAT(get("getSong", kPassword + "&id=20").body, HasSubstr("bad \xff\xfe utf"));
}

TEST_F(SubsonicServerTest, DoesWrongOnCommand) {
  start();
  server_->fault("search3", {html_login_page(), {.status = 503}, not_json()});
  EXPECT_EQ(get("search3", kPassword + "&query=").field("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(get("search3.view", kPassword + "&query=").status, 503);
  EXPECT_TRUE(Json::parse(get("search3", kPassword + "&query=").body, nullptr, false).is_discarded());
  EXPECT_EQ(call("search3", "&query=")["status"], "ok");
  server_->fault("ping", {{.hang = true}});
  RawClient client(server_->net().port());
  client.ask("/rest/ping?" + kPassword);
  ASSERT_TRUE(server_->net().wait_for_requests(5));
  EXPECT_EQ(client.read(std::chrono::milliseconds(30)).status, 0);
  server_->net().release();
  EXPECT_EQ(client.read().status, 200);
}

TEST_F(SubsonicServerTest, AnswersInXmlUnlessAskedForJson) {
  start();
  EXPECT_THAT(get("ping", "u=dj&p=bad&v=1.16.1&c=test").body, HasSubstr(R"(<error code="40")"));
}

TEST_F(SubsonicServerTest, ComplainsOfCarelessClients) {
  start();
  get("ping", "u=dj&t=x&s=abc&v=1.16.1&c=test");
  EXPECT_THAT(server_->complaints(), ElementsAre("ping: not exactly one f", "ping: a salt of less than 6 characters",
                                                 "ping: a secret in the address although a form can be posted: t"));
  start({.has_form_post = false});
  call("ping");
  EXPECT_THAT(server_->complaints(), IsEmpty());
}

}  // namespace
}  // namespace segue::test
