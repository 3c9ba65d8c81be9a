// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/address_policy.h"

#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace segue::net {
namespace {

bool judge(const std::string& text) {
  sockaddr_in6 six{};
  sockaddr_in four{};
  if (inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    return is_public(reinterpret_cast<const sockaddr&>(four));
  }
  EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &six.sin6_addr), 1) << text;
  six.sin6_family = AF_INET6;
  return is_public(reinterpret_cast<const sockaddr&>(six));
}

TEST(AddressPolicy, SpecialIpv4RangesAreNotPublicFromEndToEnd) {
  for (const char* text :
       {"0.0.0.0",    "0.255.255.255",   "10.0.0.0",     "10.255.255.255",  "100.64.0.0",  "100.127.255.255",
        "127.0.0.1",  "127.255.255.255", "169.254.0.0",  "169.254.169.254", "172.16.0.0",  "172.31.255.255",
        "192.0.0.1",  "192.0.0.255",     "192.0.2.1",    "192.88.99.1",     "192.168.0.0", "192.168.255.255",
        "198.18.0.0", "198.19.255.255",  "198.51.100.7", "203.0.113.255",   "224.0.0.1",   "239.255.255.255",
        "240.0.0.1",  "255.255.255.255"}) {
    EXPECT_FALSE(judge(text)) << text;
  }
}

TEST(AddressPolicy, TheNeighboursOfSpecialIpv4RangesArePublic) {
  for (const char* text :
       {"1.0.0.0",       "9.255.255.255",   "11.0.0.0",        "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0",     "169.253.255.255", "169.255.0.0",     "172.15.255.255", "172.32.0.0",  "192.0.1.0",
        "192.0.3.0",     "192.167.255.255", "192.169.0.0",     "198.17.255.255", "198.20.0.0",  "198.51.101.0",
        "203.0.112.255", "203.0.114.0",     "223.255.255.255", "8.8.8.8"}) {
    EXPECT_TRUE(judge(text)) << text;
  }
}

TEST(AddressPolicy, OnlyGlobalUnicastIpv6IsPublic) {
  for (const char* text :
       {"2606:4700::1111", "2001:4860:4860::8888", "2a01:4f8::1", "2001:200::1", "2620:fe::fe", "3ffe::1"}) {
    EXPECT_TRUE(judge(text)) << text;
  }
  for (const char* text :
       {"::",      "::1",       "::2",        "::7f00:1",         "::8.8.8.8",   "fc00::1", "fdff:ffff::1",
        "fe80::1", "febf::1",   "fec0::1",    "ff02::1",          "ff0e::1",     "100::1",  "64:ff9b:1::808:808",
        "2001::1", "2001:2::1", "2001:20::1", "2001:1ff:ffff::1", "2001:db8::1", "3fff::1", "3fff:fff::1",
        "5f00::1", "4000::1",   "1fff::1"}) {
    EXPECT_FALSE(judge(text)) << text;
  }
}

TEST(AddressPolicy, AnIpv4AddressInsideAnIpv6OneCountsAsItself) {
  for (const char* text : {"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"}) EXPECT_TRUE(judge(text)) << text;
  for (const char* text : {"::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1",
                           "64:ff9b::127.0.0.1", "2002:7f00:1::1", "2002:a00:1::", "2002:c0a8:101::1"}) {
    EXPECT_FALSE(judge(text)) << text;
  }
}

TEST(AddressPolicy, OtherFamiliesAreNotPublic) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(is_public(reinterpret_cast<const sockaddr&>(local)));
}

}  // namespace
}  // namespace segue::net
