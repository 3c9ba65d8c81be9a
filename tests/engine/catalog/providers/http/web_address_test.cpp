// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/http/web_address.h"

#include <gtest/gtest.h>

namespace segue::catalog {
namespace {

TEST(WebAddress, UserInformationBecomesAHeaderAndNothingElse) {
  const auto address = read_web_address("https://dj:s3cr%40t@host.example/a%20b.mp3?token=hidden#x");
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_EQ(address->url, "https://host.example/a%20b.mp3?token=hidden");
  ASSERT_EQ(address->headers.size(), 1U);
  EXPECT_EQ(address->headers[0].name, "Authorization");
  EXPECT_EQ(address->headers[0].value, "Basic ZGo6czNjckB0");
  for (const std::string& text : {address->label, address->digest, address->file_name()}) {
    EXPECT_EQ(text.find("s3cr"), std::string::npos) << text;
    EXPECT_EQ(text.find("hidden"), std::string::npos) << text;
  }
  EXPECT_EQ(address->file_name(), "a b.mp3");
}

TEST(WebAddress, TheKeyDoesNotDependOnWhoAsks) {
  EXPECT_EQ(read_web_address("http://a:b@host.example/x")->digest, read_web_address("http://host.example/x")->digest);
  EXPECT_NE(read_web_address("http://host.example/x?1")->digest, read_web_address("http://host.example/x?2")->digest);
}

TEST(WebAddress, HousesAreToldFromTheInternet) {
  for (const char* host : {"localhost", "nas", "nas.local", "127.0.0.1", "10.1.2.3", "192.168.0.1", "::1", "fd00::1"})
    EXPECT_TRUE(is_house_host(host)) << host;
  for (const char* host : {"music.example", "8.8.8.8", "2600::1"}) EXPECT_FALSE(is_house_host(host)) << host;
}

}  // namespace
}  // namespace segue::catalog
