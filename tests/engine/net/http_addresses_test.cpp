// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include <gtest/gtest.h>

#include "tests/engine/net/requests.h"

namespace segue::test {
namespace {

using net::HttpClient;
using net::HttpRequest;

TEST(HttpAddresses, PrivateOnesAreForTheOperator) {
  FaultServer server;
  server.serve("/a", "x");
  const auto client = HttpClient::create({});
  const auto refused = client->fetch(get_public(server.url("/a")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "ADDRESS_REFUSED");
  EXPECT_EQ(refused.error().code, Code::kPermissionDenied);
  EXPECT_EQ(server.connections(), 0) << "not even a packet";
  EXPECT_TRUE(client->fetch(get(server.url("/a"))));
  EXPECT_EQ(reason_of(client->fetch(get_public(server.url("/a")))), "ADDRESS_REFUSED")
      << "over a kept connection neither";
  EXPECT_EQ(server.log().size(), 1U);
}

TEST(HttpAddresses, NoSpellingOfLoopbackGetsThrough) {
  FaultServer server;
  server.serve("/a", "x");
  const auto client = HttpClient::create({});
  const std::string port = ':' + std::to_string(server.port()) + "/a";
  for (const char* host : {"127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "017700000001",
                           "localhost", "LOCALHOST", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
                           "0.0.0.0", "0", "[::]", "[::127.0.0.1]"}) {
    const auto answer = client->fetch(get_public("http://" + (host + port)));
    ASSERT_FALSE(answer) << host;
    EXPECT_TRUE(answer.error().reason == "ADDRESS_REFUSED" || answer.error().reason == "DNS_FAILED")
        << host << ": " << answer.error().reason;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(HttpAddresses, NoRedirectLeadsFromAPublicAddressToAPrivateOne) {
  FaultServer outside;
  FaultServer inside;
  inside.serve("/secret", "secret");
  outside.script("/a", {{.times = Fault::kForEver, .redirect = inside.url("/secret")}});
  const auto client = client_with_public(outside);
  for (const HttpRequest& request : {get_public(outside.url("/a")), get(outside.url("/a"))}) {
    const auto answer = client->fetch(request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().reason, "REDIRECT_REFUSED");
    EXPECT_EQ(answer.error().code, Code::kPermissionDenied);
  }
  EXPECT_EQ(inside.connections(), 0);
  // Nor over a connection that the operator's own request left open.
  ASSERT_TRUE(client->fetch(get(inside.url("/secret"))));
  EXPECT_EQ(reason_of(client->fetch(get(outside.url("/a")))), "REDIRECT_REFUSED");
  EXPECT_EQ(inside.log().size(), 1U);
}

TEST(HttpAddresses, APrivateServerMayRedirectToAnother) {
  FaultServer one;
  FaultServer two;
  two.serve("/b", "b");
  one.script("/a", {{.redirect = two.url("/b")}});
  const auto answer = HttpClient::create({})->fetch(get(one.url("/a")));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "b");
}

TEST(HttpAddresses, OutAndBackInIsRefusedToo) {
  FaultServer outside;
  FaultServer inside;
  inside.serve("/secret", "secret");
  inside.script("/a", {{.redirect = outside.url("/b")}});
  outside.script("/b", {{.redirect = inside.url("/secret")}});
  EXPECT_EQ(reason_of(client_with_public(outside)->fetch(get(inside.url("/a")))), "REDIRECT_REFUSED");
  EXPECT_TRUE(inside.log("/secret").empty());
}

TEST(HttpRedirects, LoopsEndAfterFive) {
  FaultServer server;
  server.script("/a", {{.times = Fault::kForEver, .redirect = "/b"}});
  server.script("/b", {{.times = Fault::kForEver, .redirect = "/a"}});
  const auto client = HttpClient::create({});
  EXPECT_EQ(reason_of(client->fetch(get(server.url("/a")))), "REDIRECT_REFUSED");
  EXPECT_EQ(server.log().size(), 6U);
  EXPECT_EQ(server.connections(), 1) << "the connection is kept from hop to hop";
}

TEST(HttpRedirects, OnlyHttpIsFollowed) {
  FaultServer server;
  const auto client = HttpClient::create({});
  for (const char* target : {"file:///etc/passwd", "gopher://127.0.0.1:70/x", "ftp://127.0.0.1/",
                             "dict://127.0.0.1:11211/stat", "http://a@b@c/"}) {
    server.script("/a", {{.redirect = target}});
    const auto answer = client->fetch(get(server.url("/a")));
    ASSERT_FALSE(answer) << target;
    EXPECT_EQ(answer.error().reason, "REDIRECT_REFUSED") << target;
  }
}

TEST(HttpRedirects, WhatAuthorisesStaysWithItsOrigin) {
  FaultServer one;
  FaultServer two;
  two.serve("/b", pattern(1'000));
  one.script("/a", {{.redirect = "/again"}});
  one.script("/again", {{.redirect = two.url("/b")}});
  HttpRequest request = get("http://me:pw@127.0.0.1:" + std::to_string(one.port()) + "/a");
  request.headers = {{"X-Api-Key", "k"}, {"If-Range", "\"1\""}, {"Cookie", "c=d"}};
  request.from = 10;
  const auto answer = HttpClient::create({})->fetch(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.status, 206);
  ASSERT_EQ(one.log().size(), 2U);
  for (const Exchange& each : one.log()) {
    EXPECT_EQ(each.request.header("authorization"), "Basic bWU6cHc=") << each.request.target;
    EXPECT_EQ(each.request.header("x-api-key"), "k") << each.request.target;
  }
  ASSERT_EQ(two.log().size(), 1U);
  const Request sent = two.log()[0].request;
  EXPECT_FALSE(sent.has_header("authorization"));
  EXPECT_FALSE(sent.has_header("x-api-key"));
  EXPECT_FALSE(sent.has_header("cookie"));
  EXPECT_FALSE(sent.has_header("referer"));
  EXPECT_EQ(sent.header("if-range"), "\"1\"");
  EXPECT_EQ(sent.header("range"), "bytes=10-");
}

TEST(HttpRedirects, APostBecomesAGetOrStaysWhatItIs) {
  FaultServer server;
  server.handle("/to", [](const Request& request) { return Response{.body = request.method + ' ' + request.body}; });
  const auto client = HttpClient::create({});
  HttpRequest request = get(server.url("/a"));
  request.method = "POST";
  request.body = "x=1";
  for (const int status : {301, 302, 303, 307, 308}) {
    server.script("/a", {{.status = status, .redirect = "/to"}});
    const auto answer = client->fetch(request);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, status < 307 ? "GET " : "POST x=1") << status;
  }
}

TEST(HttpRedirects, TheBodyOfARedirectIsNotWaitedFor) {
  FaultServer server;
  server.serve("/b", "b");
  server.script("/a", {{.body = std::string(10'000'000, 'x'), .redirect = "/b", .stall_after = 1'000}});
  const auto answer = HttpClient::create({})->fetch(get(server.url("/a")));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "b");
}

}  // namespace
}  // namespace segue::test
