// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/http.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/engine/net/requests.h"

namespace segue::test {
namespace {

using net::HttpClient;
using net::HttpRequest;

TEST(Http, GetsAWholeBody) {
  FaultServer server;
  const std::string bytes = pattern(3'000'000);
  server.serve("/a", bytes, {.mime = "audio/mpeg", .etag = "\"x\""});
  const auto client = HttpClient::create({});
  const auto answer = client->fetch(get(server.url("/a?b=c")));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.status, 200);
  EXPECT_EQ(answer->head.header("content-type"), "audio/mpeg");
  EXPECT_EQ(answer->head.header("etag"), "\"x\"");
  EXPECT_EQ(answer->head.header("no-such-field"), "");
  EXPECT_EQ(answer->head.final_url, server.url("/a?b=c"));
  EXPECT_TRUE(answer->body == bytes);
}

TEST(Http, GetsARange) {
  FaultServer server;
  const std::string bytes = pattern(100'000);
  server.serve("/a", bytes);
  const auto client = HttpClient::create({});
  HttpRequest request = get(server.url("/a"));
  request.from = 1'000;
  request.to = 1'999;
  const auto answer = client->fetch(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.status, 206);
  EXPECT_EQ(answer->head.header("content-range"), "bytes 1000-1999/100000");
  EXPECT_TRUE(answer->body == bytes.substr(1'000, 1'000));
  request.to.reset();
  const auto rest = client->fetch(request);
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_TRUE(rest->body == bytes.substr(1'000));
}

TEST(Http, AnyStatusIsAnAnswer) {
  FaultServer server;
  const auto client = HttpClient::create({});
  const auto answer = client->fetch(get(server.url("/nothing")));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.status, 404);
}

TEST(Http, ConnectionsAreKept) {
  FaultServer server;
  server.serve("/a", pattern(1'000));
  const auto client = HttpClient::create({});
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(client->fetch(get(server.url("/a"))));
  EXPECT_EQ(server.connections(), 1);
}

TEST(Http, PostsABody) {
  FaultServer server;
  server.handle("/form", [](const Request& request) {
    return Response{.body = request.method + ' ' + request.parameter("x").value_or("nothing")};
  });
  const auto client = HttpClient::create({});
  HttpRequest request = get(server.url("/form"));
  request.method = "POST";
  request.body = "x=a%20b";
  const auto answer = client->fetch(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "POST a b");
}

TEST(Http, HeadHasNoBody) {
  FaultServer server;
  server.serve("/a", pattern(50'000'000));
  const auto client = HttpClient::create({});
  HttpRequest request = get(server.url("/a"));
  request.method = "HEAD";
  const auto answer = client->fetch(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.header("content-length"), "50000000");
  EXPECT_EQ(answer->body, "");
}

TEST(Http, FollowsRedirects) {
  FaultServer server;
  server.serve("/a", "here");
  server.script("/first", {{.redirect = "/second?x=1"}});
  server.script("/second", {{.redirect = server.url("/a")}});
  const auto client = HttpClient::create({});
  const auto answer = client->fetch(get(server.url("/first")));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "here");
  EXPECT_EQ(answer->head.final_url, server.url("/a"));
}

TEST(Http, BodiesBeyondTheLimitEndTheTransfer) {
  FaultServer server;
  server.serve("/a", pattern(1'000'000));
  server.script("/a", {{}, {.framing = Framing::kChunked}});
  const auto client = HttpClient::create({});
  HttpRequest request = get(server.url("/a"));
  request.limits.body_bytes_max = 999'999;
  for (int i = 0; i < 2; ++i) {
    const auto answer = client->fetch(request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().reason, "RESPONSE_TOO_LARGE");
    EXPECT_EQ(answer.error().code, Code::kResourceExhausted);
  }
  request.limits.body_bytes_max = 1'000'000;
  EXPECT_TRUE(client->fetch(request));
}

}  // namespace
}  // namespace segue::test
