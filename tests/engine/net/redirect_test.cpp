// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/redirect.h"

#include <gtest/gtest.h>

#include "engine/net/request_headers.h"

namespace segue::net {
namespace {

Hop hop(const std::string& url, const std::string& method = "GET") {
  return {*parse_url(url), method, method == "POST", true};
}

TEST(Redirect, PostBecomesGetAsBrowsersDo) {
  for (const int status : {301, 302, 303}) {
    const auto next = follow(hop("http://a/x", "POST"), status, "/y", false);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->method, "GET") << status;
    EXPECT_FALSE(next->has_body) << status;
  }
  for (const int status : {307, 308}) {
    const auto next = follow(hop("http://a/x", "POST"), status, "/y", false);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->method, "POST") << status;
    EXPECT_TRUE(next->has_body) << status;
  }
  for (const int status : {301, 302, 303, 307, 308}) {
    EXPECT_EQ(follow(hop("http://a/x", "HEAD"), status, "/y", false)->method, "HEAD") << status;
  }
}

TEST(Redirect, BodiesStayWithTheirOrigin) {
  EXPECT_TRUE(follow(hop("http://a/x", "POST"), 307, "http://a:80/y", false));
  EXPECT_EQ(follow(hop("http://a/x", "POST"), 307, "http://b/y", false).error().reason, "REDIRECT_REFUSED");
  EXPECT_TRUE(follow(hop("http://a/x", "POST"), 302, "http://b/y", false)) << "it is a GET then";
}

TEST(Redirect, EncryptionIsNotGivenUp) {
  EXPECT_EQ(follow(hop("https://a/"), 302, "http://a/", true).error().reason, "REDIRECT_REFUSED");
  EXPECT_TRUE(follow(hop("https://a/"), 302, "http://a/", false)) << "the operator wrote http";
  EXPECT_TRUE(follow(hop("http://a/"), 302, "https://a/", false));
}

TEST(Redirect, OnlyHttpIsFollowed) {
  for (const char* target : {"file:///etc/passwd", "gopher://h/", "ftp://h/", "http://a@b@c/", "x\r\nSet-Cookie: a"}) {
    const auto next = follow(hop("http://a/"), 302, target, false);
    ASSERT_FALSE(next) << target;
    EXPECT_EQ(next.error().reason, "REDIRECT_REFUSED") << target;
    EXPECT_EQ(next.error().code, Code::kPermissionDenied);
  }
}

TEST(Redirect, AServerDoesNotChooseWhomWeLogInAs) {
  EXPECT_EQ(follow(hop("http://a/"), 302, "http://user:pw@b/", false)->url.user, "");
  EXPECT_EQ(follow(hop("http://me:pw@a/"), 302, "/y", false)->url.user, "me");
  EXPECT_EQ(follow(hop("http://me:pw@a/"), 302, "http://b/y", false)->url.user, "");
}

bool sends(const HttpRequest& request, const Hop& to, const std::string& line) {
  const auto lines = header_lines(request, to);
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

TEST(Redirect, OnceElsewhereNothingAuthorisesAnyMore) {
  const HttpRequest request{
      .url = "http://me:pw@a/", .headers = {{"X-Api-Key", "k"}, {"If-Range", "\"e\""}, {"Cookie", "c"}}, .from = 10};
  const Hop first = hop("http://me:pw@a/");
  EXPECT_TRUE(sends(request, first, "Authorization: Basic bWU6cHc="));
  EXPECT_TRUE(sends(request, first, "X-Api-Key: k"));
  const Hop same = *follow(first, 302, "/y", false);
  EXPECT_TRUE(sends(request, same, "Authorization: Basic bWU6cHc="));
  EXPECT_TRUE(sends(request, same, "Cookie: c"));
  const Hop away = *follow(same, 302, "http://b/y", false);
  const Hop back = *follow(away, 302, "http://a/z", false);
  for (const Hop& each :
       {away, back, *follow(first, 302, "https://a/", false), *follow(first, 302, "http://a:81/", false)}) {
    EXPECT_TRUE(sends(request, each, "If-Range: \"e\"")) << each.url.bare();
    EXPECT_TRUE(sends(request, each, "Range: bytes=10-")) << each.url.bare();
    EXPECT_FALSE(sends(request, each, "X-Api-Key: k")) << each.url.bare();
    EXPECT_FALSE(sends(request, each, "Cookie: c")) << each.url.bare();
    EXPECT_FALSE(sends(request, each, "Authorization: Basic bWU6cHc=")) << each.url.bare();
  }
}

TEST(RequestHeaders, NothingIsSmuggledIn) {
  const auto reason = [](HttpRequest request) {
    const auto checked = check_request(request);
    return checked ? "" : checked.error().reason;
  };
  EXPECT_EQ(reason({.headers = {{"X-A", "b"}, {"X-Empty", ""}, {"X-Tab", "a\tb"}}}), "");
  for (const model::HttpHeader& header : std::vector<model::HttpHeader>{{"X-A", "b\r\nHost: evil"},
                                                                        {"X-A", "b\n"},
                                                                        {"X-A", std::string("b\0", 2)},
                                                                        {"X-A\r\nB", "c"},
                                                                        {"X A", "b"},
                                                                        {"", "b"},
                                                                        {"X:", "b"},
                                                                        {"Host", "evil"},
                                                                        {"Content-Length", "5"},
                                                                        {"transfer-encoding", "chunked"},
                                                                        {"Accept-Encoding", "gzip"},
                                                                        {"Range", "bytes=0-"},
                                                                        {"EXPECT", "100-continue"},
                                                                        {"X-A", std::string(20'000, 'a')}}) {
    EXPECT_EQ(reason({.headers = {header}}), "REQUEST_INVALID") << header.name << ": " << header.value;
  }
  for (const char* method : {"", "G T", "GET\r\n", "CONNECT", "AVERYLONGMETHODINDEED"})
    EXPECT_EQ(reason({.method = method}), "REQUEST_INVALID") << method;
  EXPECT_EQ(reason({.method = "GET", .body = "x"}), "REQUEST_INVALID");
  EXPECT_EQ(reason({.from = -1}), "REQUEST_INVALID");
  EXPECT_EQ(reason({.from = 5, .to = 4}), "REQUEST_INVALID");
  EXPECT_EQ(reason({.from = 5, .to = 5}), "");
}

TEST(RequestHeaders, UserInformationBecomesBasicAuthorization) {
  const std::pair<const char*, const char*> cases[] = {{"http://a:b@h/", "YTpi"},
                                                       {"http://a@h/", "YTo="},
                                                       {"http://ab:c@h/", "YWI6Yw=="},
                                                       {"http://%C3%BC:%2B@h/", "w7w6Kw=="}};
  for (const auto& [url, wanted] : cases)
    EXPECT_TRUE(sends({.url = url}, hop(url), std::string("Authorization: Basic ") + wanted)) << url;
  const HttpRequest own{.url = "http://a:b@h/", .headers = {{"authorization", "Bearer x"}}};
  EXPECT_TRUE(sends(own, hop(own.url), "authorization: Bearer x"));
  EXPECT_FALSE(sends(own, hop(own.url), "Authorization: Basic YTpi"));
}

}  // namespace
}  // namespace segue::net
