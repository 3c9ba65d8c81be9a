// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/url.h"

#include <gtest/gtest.h>

namespace segue::net {
namespace {

std::string reason_of(const std::string& text) {
  const auto url = parse_url(text);
  return url ? "" : url.error().reason;
}

TEST(Url, IsTakenApart) {
  const auto url = parse_url("HTTPS://DJ%40home:p%3aw%2F@Music.Example.ORG:8443/rest/x%20y?a=1&b=2#part");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->user, "DJ@home");
  EXPECT_EQ(url->password, "p:w/");
  EXPECT_EQ(url->host, "music.example.org");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/rest/x%20y?a=1&b=2");
  EXPECT_EQ(url->origin(), "https://music.example.org:8443");
  EXPECT_EQ(url->bare(), "https://music.example.org:8443/rest/x%20y?a=1&b=2");
  EXPECT_EQ(url->text(), "https://DJ%40home:p%3Aw%2F@music.example.org:8443/rest/x%20y?a=1&b=2");
}

TEST(Url, DefaultsAreFilledIn) {
  const auto plain = parse_url("http://h");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->port, 80);
  EXPECT_EQ(plain->path, "/");
  EXPECT_EQ(plain->bare(), "http://h/");
  EXPECT_EQ(plain->origin(), "http://h:80");
  EXPECT_EQ(parse_url("https://h:/")->port, 443);
  EXPECT_EQ(parse_url("https://h?x")->path, "/?x");
  EXPECT_EQ(parse_url("http://h:80/")->origin(), parse_url("http://H/")->origin());
}

TEST(Url, Ipv6HostsAreInBrackets) {
  const auto url = parse_url("http://[2001:DB8::1]:8000/a");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->host, "2001:db8::1");
  EXPECT_EQ(url->port, 8000);
  EXPECT_EQ(url->bare(), "http://[2001:db8::1]:8000/a");
  for (const char* text : {"http://[::1", "http://[]/", "http://[::1]x/", "http://[1.2.3.4]/",
                           "http://[fe80::1%25eth0]/", "http://::1/", "http://[::g]/", "http://[::1]:x/"}) {
    EXPECT_EQ(reason_of(text), "URL_INVALID") << text;
  }
}

TEST(Url, OtherSchemesAreNotSupported) {
  for (const char* text :
       {"file:///etc/passwd", "ftp://h/", "gopher://h/", "javascript:alert(1)", "ws://h/", "data:,x"}) {
    EXPECT_EQ(reason_of(text), "URL_UNSUPPORTED") << text;
  }
}

TEST(Url, HostileTextIsRefused) {
  using namespace std::string_literals;
  for (const std::string& text : {""s,
                                  "h"s,
                                  "//h/"s,
                                  "http:"s,
                                  "http:/h"s,
                                  "http:h"s,
                                  "http://"s,
                                  "http:///p"s,
                                  "://h"s,
                                  "1http://h"s,
                                  "/a"s,
                                  "?a"s,
                                  "http://a@b@c"s,
                                  "http://h\r\nX: y/"s,
                                  "http://h/\r\nX: y"s,
                                  "http://h/a\nb"s,
                                  "http://h\0.evil/"s,
                                  "http://h/\0"s,
                                  "http://h/\x7f"s,
                                  "http://h\t/"s,
                                  " http://h/"s,
                                  "http://h h/"s,
                                  "http://müsik.example/"s,
                                  "http://h%00/"s,
                                  "http://h%2eevil/"s,
                                  "http://good\\@evil/"s,
                                  "http://good\\evil/"s,
                                  "http://evil\\.good/"s,
                                  "http://h:0/"s,
                                  "http://h:65536/"s,
                                  "http://h:-1/"s,
                                  "http://h:+80/"s,
                                  "http://h:8 0/"s,
                                  "http://h:80:80/"s,
                                  "http://h:99999999999/"s,
                                  "http://u%@h/"s,
                                  "http://u%zz@h/"s,
                                  "http://u%00@h/"s,
                                  "http://u%0d%0a@h/"s,
                                  "http://u%3ax:y@h/"s,
                                  "http://u\x01@h/"s,
                                  "http://<h>/"s,
                                  "http://h|/"s,
                                  "http://\"h\"/"s,
                                  "http://" + std::string(254, 'a') + "/",
                                  "http://h/" + std::string(9'000, 'a')}) {
    EXPECT_EQ(reason_of(text), "URL_INVALID") << text;
  }
}

TEST(Url, WhatPeopleTypeIsEncoded) {
  EXPECT_EQ(parse_url("http://h/My Song (Mix) ü.mp3?q=a b")->path, "/My%20Song%20(Mix)%20%C3%BC.mp3?q=a%20b");
  EXPECT_EQ(parse_url("http://h/a%20b%zz")->path, "/a%20b%zz");
  EXPECT_EQ(parse_url("http://h/a\"<>\\^`{|}")->path, "/a%22%3C%3E%5C%5E%60%7B%7C%7D");
}

TEST(Url, MessagesNeverShowUserInformation) {
  for (const char* text :
       {"http://name:secret@h h/", "http://name:sec ret@h/", "http://name:secret@h:x/", "http://name:secret@/",
        "ftp://name:secret@h/", "http://name:secret@[::1/", "http://a@name:secret@h/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().message.find("sec"), std::string::npos) << url.error().message;
    EXPECT_EQ(url.error().message.find("name:"), std::string::npos) << url.error().message;
  }
}

TEST(Url, LabelsHoldNoValues) {
  EXPECT_EQ(parse_url("https://me:pw@h:8443/rest/stream?u=me&t=0123&s=salt&secret")->label(),
            "https://h:8443/rest/stream?u=…&t=…&s=…&…");
  EXPECT_EQ(parse_url("http://h/")->label(), "http://h/");
  const std::string longest = parse_url("http://h/" + std::string(2'000, 'a'))->label();
  EXPECT_LT(longest.size(), 310U);
}

TEST(Url, AnyAddressHasALabelWithoutSecrets) {
  EXPECT_EQ(label_of("http://me:pw@h/a?t=0123#pw"), "http://h/a?t=…");
  EXPECT_EQ(label_of("https://me:pw@/").find("pw"), std::string::npos);
  EXPECT_EQ(label_of("file:///a%20b?c"), "file:///a%20b?c");
  EXPECT_EQ(label_of("segue://home/tr-1"), "segue://home/tr-1");
}

// RFC 3986 section 5.4, less what goes to other schemes.
TEST(Url, ReferencesAreResolvedAsTheStandardSays) {
  const std::string base = "http://a/b/c/d;p?q";
  const std::pair<const char*, const char*> cases[] = {
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {"g?y#s", "http://a/b/c/g?y"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"https://x:1/y", "https://x:1/y"},
      {"My Song.mp3", "http://a/b/c/My%20Song.mp3"},
  };
  for (const auto& [reference, wanted] : cases) {
    const auto url = resolve_url(base, reference);
    ASSERT_TRUE(url) << reference << ": " << url.error().message;
    EXPECT_EQ(*url, wanted) << reference;
  }
}

TEST(Url, ReferencesToElsewhereAreJudgedToo) {
  EXPECT_EQ(resolve_url("http://a/", "file:///etc/passwd").error().reason, "URL_UNSUPPORTED");
  EXPECT_EQ(resolve_url("http://a/", "//u@b@c/").error().reason, "URL_INVALID");
  EXPECT_EQ(resolve_url("http://a/", "x\r\ny").error().reason, "URL_INVALID");
  EXPECT_EQ(resolve_url("ftp://a/", "x").error().reason, "URL_UNSUPPORTED");
  EXPECT_EQ(*resolve_url("http://u:p@a/list.m3u", "b.mp3"), "http://u:p@a/b.mp3") << "the list's own user";
  EXPECT_EQ(*resolve_url("http://u:p@a/list.m3u", "http://c/b.mp3"), "http://c/b.mp3");
}

TEST(Url, PercentEncoding) {
  using namespace std::string_literals;
  EXPECT_EQ(percent_encode("aZ9-._~ /?&=+ü\0"s), "aZ9-._~%20%2F%3F%26%3D%2B%C3%BC%00");
  EXPECT_EQ(percent_decode("a%20b%2Fc"), "a b/c");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  for (const char* text : {"%", "%2", "a%", "%zz", "%2g", "%00"}) EXPECT_FALSE(percent_decode(text)) << text;
  std::string all;
  for (int i = 1; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(form_encode({{"a", "1"}, {"b c", "x y&z"}}), "a=1&b%20c=x%20y%26z");
}

}  // namespace
}  // namespace segue::net
