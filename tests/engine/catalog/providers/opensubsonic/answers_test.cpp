// SPDX-License-Identifier: GPL-3.0-or-later
#include <random>

#include "engine/catalog/providers/opensubsonic/answer.h"
#include "engine/catalog/providers/opensubsonic/songs.h"
#include "tests/engine/catalog/providers/opensubsonic/subsonic_fixture.h"

namespace segue::catalog {
namespace {

using test::Fault;

class SubsonicAnswers : public Subsonic {
 protected:
  void SetUp() override {
    start();
    add_songs(3);
    ASSERT_TRUE(provider_->check({}));
  }
  Error error_after(Fault fault) {
    server_->fault("search3", {std::move(fault)});
    const auto found = provider_->search("song", 0, 10, {});
    EXPECT_FALSE(found);
    return found ? Error() : found.error();
  }
};

TEST_F(SubsonicAnswers, CodesOfTheProtocolAreErrorsThoughTheStatusIs200) {
  const std::tuple<int, Code, const char*> rows[] = {
      {0, Code::kUnavailable, "SERVER_ERROR"},           {10, Code::kInvalidArgument, "PARAMETER_MISSING"},
      {20, Code::kFailedPrecondition, "CLIENT_TOO_OLD"}, {50, Code::kPermissionDenied, "NOT_AUTHORISED"},
      {60, Code::kPermissionDenied, "TRIAL_OVER"},       {70, Code::kNotFound, "NOT_FOUND"}};
  for (const auto& [code, kind, reason] : rows) {
    server_->error("search3", code);
    const auto found = provider_->search("x", 0, 10, {});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, kind) << code;
    EXPECT_EQ(found.error().reason, reason);
    EXPECT_TRUE(found.error().message.starts_with("home: search3: ")) << found.error().message;
  }
}

TEST_F(SubsonicAnswers, XmlIsReadWhereJsonWasAskedFor) {
  Fault fault{.status = 200, .mime = "text/xml"};
  fault.body = R"(<?xml version="1.0"?><subsonic-response xmlns="http://subsonic.org/restapi" status="failed"
      version="1.10.2"><error code="70" message="Not &lt;there&gt;"/></subsonic-response>)";
  EXPECT_EQ(error_after(fault).code, Code::kNotFound);
  fault.body = R"(<subsonic-response status="ok" version="1.10.2"><searchResult3><song id="9" title="From XML"
      duration="61"/></searchResult3></subsonic-response>)";
  server_->fault("search3", {fault});
  const auto found = provider_->search("song", 0, 10, {});
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ((*found)[0].title, "From XML");
  EXPECT_EQ((*found)[0].duration_s, 61);
}

TEST_F(SubsonicAnswers, WhatIsNoneIsToldApart) {
  EXPECT_EQ(error_after(test::html_login_page()).reason, "CAPTIVE_PORTAL");
  EXPECT_EQ(error_after(test::not_json()).reason, "BAD_RESPONSE");
  EXPECT_EQ(error_after(test::deep_json(1'000'000)).reason, "BAD_RESPONSE");
  EXPECT_EQ(error_after(test::deep_json(100)).reason, "BAD_RESPONSE");
  EXPECT_EQ(error_after(test::oversized_json(9 << 20)).reason, "RESPONSE_TOO_LARGE");
  EXPECT_EQ(error_after(Fault{.status = 200, .body = ""}).reason, "BAD_RESPONSE");
  EXPECT_EQ(error_after(Fault{.status = 200, .body = "{}"}).reason, "BAD_RESPONSE");
  EXPECT_EQ(error_after(Fault{.status = 200, .body = "[1]"}).reason, "BAD_RESPONSE");
  EXPECT_EQ(error_after(Fault{.status = 200, .body = "<a/>"}).reason, "BAD_RESPONSE");
  EXPECT_EQ(
      error_after(Fault{.status = 200, .body = "{\"subsonic-response\":{\"status\":\"ok\",\"x\":\"\xff\"}}"}).reason,
      "BAD_RESPONSE");
  EXPECT_EQ(error_after(Fault{.status = 200, .body = R"({"subsonic-response":{"status":1e999}})"}).reason,
            "BAD_RESPONSE");
}

TEST_F(SubsonicAnswers, StatusesOfHttpAreTold) {
  const std::pair<int, const char*> rows[] = {
      {403, "HTTP_403"}, {404, "HTTP_404"}, {429, "RATE_LIMITED"}, {500, "HTTP_5XX"}, {502, "HTTP_5XX"}};
  for (const auto& [status, reason] : rows)
    EXPECT_EQ(error_after(Fault{.status = status, .body = "<html>no</html>", .mime = "text/html"}).reason, reason);
  EXPECT_EQ(error_after(Fault{.times = 5, .reset_before_head = true}).code, Code::kUnavailable);
  server_->net().stop();
  EXPECT_EQ(provider_->check({}).error().reason, "CONNECTION_REFUSED");
}

TEST_F(SubsonicAnswers, PeculiaritiesOfServersMakeNoDifference) {
  Options odd;
  odd.tells_ids_as_numbers = odd.tells_single_as_object = odd.tells_bits_per_s = odd.tells_dates_without_zone = true;
  start(odd);
  add_songs(1);
  server_->add(test::SubsonicPlaylist{.id = "5", .name = "One", .songs = {"0"}});
  const auto found = provider_->search("song", 0, 10, {});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ((*found)[0].id, "0");
  EXPECT_EQ((*found)[0].bitrate_kbps, 320);
  EXPECT_EQ((*found)[0].added_at_s, 1'795'132'800);
  EXPECT_EQ(provider_->playlists({})->at(0).id, "5");
  EXPECT_EQ(provider_->playlist("5", {})->entries.size(), 1U);
}

TEST_F(SubsonicAnswers, DamagedOnesGiveAnErrorOrCleanEntries) {
  const std::string good =
      R"({"subsonic-response":{"status":"ok","version":"1.16.1","searchResult3":{"song":[{"id":"1","title":"A","isrc":["x"],)"
      R"("duration":213,"bitRate":320,"genres":[{"name":"g"}],"created":"2026-11-20T09:16:37"},{"id":2,"title":"B"}]}}})";
  const std::string xml =
      R"(<subsonic-response status="ok"><searchResult3><song id="1" title="A"/><song id="2"/></searchResult3></subsonic-response>)";
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string body = round % 4 == 0 ? xml : good;
    for (auto change = 1 + random() % 6; change > 0; --change) {
      const std::size_t at = random() % body.size();
      if (random() % 2 == 0) {
        body[at] = static_cast<char>(random() % 3 == 0 ? "{}[]\",:<>/"[random() % 10] : random());
      } else {
        body.erase(at, random() % 9);
      }
    }
    net::HttpResponse response;
    response.head.status = 200;
    response.body = body;
    const auto root = opensubsonic::read_answer(response);
    if (!root) {
      EXPECT_FALSE(root.error().error.reason.empty());
      continue;
    }
    const auto songs = opensubsonic::list_of(opensubsonic::part_of(*root, "searchResult3"), "song");
    for (const Entry& entry : opensubsonic::entries_of("home", songs)) {
      EXPECT_FALSE(entry.id.empty());
      EXPECT_EQ(entry.title.find_first_of(std::string("\0\n\x1b", 3)), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace segue::catalog
