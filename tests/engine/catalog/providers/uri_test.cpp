// SPDX-License-Identifier: GPL-3.0-or-later
#include <random>

#include <gtest/gtest.h>

#include "engine/catalog/provider.h"

namespace segue::catalog {
namespace {

TEST(ProviderUri, GoesThereAndBack) {
  for (const char* id : {"17", "a/b c", "ü", "?#%&=+", "radio:3", "http://x/y?z", "."}) {
    const auto parsed = parse_uri(uri_of("home", id));
    ASSERT_TRUE(parsed) << id;
    EXPECT_EQ(parsed->provider, "home");
    EXPECT_EQ(parsed->id, id);
  }
  EXPECT_EQ(uri_of("home", "a/b c"), "segue://home/a%2Fb%20c");
}

TEST(ProviderUri, OtherAndHostileAddressesAreNothing) {
  for (const char* uri : {"",
                          "segue:",
                          "segue://",
                          "segue://home",
                          "segue://home/",
                          "segue:///17",
                          "segue://Home/17",
                          "segue://ho me/17",
                          "segue://home/a/b",
                          "segue://home/a?b",
                          "segue://home/a#b",
                          "segue://home/%",
                          "segue://home/%2",
                          "segue://home/%zz",
                          "segue://home/%00",
                          "segue://home/a b",
                          "segue://home/a\n",
                          "segue://../17",
                          "segue://u@home/17",
                          "http://home/17",
                          "file:///17",
                          "SEGUE://home/17",
                          "segue://a-name-that-is-far-too-long-for-a-provider/17"}) {
    EXPECT_FALSE(parse_uri(uri)) << uri;
  }
  EXPECT_FALSE(parse_uri("segue://home/" + std::string(10'000, 'x')));
}

TEST(ProviderUri, AnyBytesAreParsedOrRefused) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string uri = "segue://home/";
    for (auto n = random() % 20; n > 0; --n) uri += static_cast<char>(random() % 3 == 0 ? '%' : random());
    const auto parsed = parse_uri(uri);
    if (parsed) {
      EXPECT_EQ(parse_uri(uri_of(parsed->provider, parsed->id))->id, parsed->id);
    }
  }
}

TEST(Quality, SaysWhatThereIsToSay) {
  Entry entry;
  EXPECT_EQ(quality_of(entry), "");
  entry.codec = "mp3";
  entry.bitrate_kbps = 320;
  entry.sample_rate_hz = 44'100;
  EXPECT_EQ(quality_of(entry), "mp3 320 kbit/s");
  entry.codec = "flac";
  entry.bits = 16;
  EXPECT_EQ(quality_of(entry), "flac 44.1 kHz 16 bit");
  entry.sample_rate_hz = 48'000;
  entry.bits = 0;
  EXPECT_EQ(quality_of(entry), "flac 48 kHz");
  entry.codec = "alac";
  entry.sample_rate_hz = 0;
  entry.bits = 24;
  EXPECT_EQ(quality_of(entry), "alac 24 bit");
}

}  // namespace
}  // namespace segue::catalog
