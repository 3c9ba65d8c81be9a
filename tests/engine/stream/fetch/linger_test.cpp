// SPDX-License-Identifier: GPL-3.0-or-later
// A fetch after its last reader has left.
#include <gtest/gtest.h>

#include "tests/engine/stream/fetch/rig.h"

namespace segue::stream {
namespace {

using namespace std::chrono_literals;
using test::Ending;
using test::Fault;
using test::FaultServer;

constexpr std::int64_t kSize = 3'000'000;

TEST(FetcherLinger, WhoComesBackGoesOnWhereItStood) {
  FaultServer server({.link = {.rate_bytes_per_s = 4'000'000}});
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  Rig rig({.linger = 60s});
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  ASSERT_TRUE(read_some(*media->source, 0, 500'000));
  media = {};
  media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto all = read_all(*media->source);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_TRUE(*all == bytes);
  EXPECT_EQ(server.log().size(), 1u);
  EXPECT_EQ(rig.fetcher().counters().contents, 1u);
  EXPECT_EQ(rig.story(), "");
}

TEST(FetcherLinger, ItLeavesTheLineToWhatIsLoadedInstead) {
  FaultServer server({.link = {.rate_bytes_per_s = 4'000'000}});
  server.serve("/old", track_bytes(4 * kSize));
  server.serve("/new", track_bytes(kSize));
  Rig rig({.linger = 60s});
  auto media = rig.open(Rig::ref(server.url("/old"), "p/old/raw"));
  ASSERT_TRUE(media);
  ASSERT_TRUE(read_some(*media->source, 0, 100'000));
  media = {};
  const auto before = static_cast<std::int64_t>(rig.fetcher().counters().bytes);
  media = rig.open(Rig::ref(server.url("/new"), "p/new/raw"));
  ASSERT_TRUE(media);
  ASSERT_TRUE(read_all(*media->source));
  const auto old_bytes = static_cast<std::int64_t>(rig.fetcher().counters().bytes) - before - kSize;
  EXPECT_LT(old_bytes, 500'000) << "3 MB if it went on";
  EXPECT_EQ(server.log("/old").size(), 1u);
}

TEST(FetcherLinger, ItEndsInTheEnd) {
  FaultServer server;
  server.serve("/t", track_bytes(kSize));
  server.script("/t", {Fault{.stall_after = 200'000}});
  Rig rig({.stall_max = 20s, .linger = 50ms});
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  media = {};
  EXPECT_TRUE(server.wait_for([](const auto& log) { return log[0].ending == Ending::kPeerClosed; }));
  media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  EXPECT_TRUE(read_all(*media->source));
  EXPECT_EQ(rig.fetcher().counters().contents, 2u);
}

TEST(FetcherLinger, OnlySoManyDoTheOldestEnd) {
  FaultServer server;
  Rig rig({.stall_max = 20s, .linger = 60s});
  for (int i = 0; i < 4; ++i) {
    const std::string path = "/" + std::to_string(i);
    server.serve(path, track_bytes(kSize));
    server.script(path, {Fault{.stall_after = 200'000}});
    ASSERT_TRUE(rig.open(Rig::ref(server.url(path), "p" + path)));  // and closed
  }
  const auto has_ended = [](const test::Exchange& exchange) { return exchange.ending == Ending::kPeerClosed; };
  EXPECT_TRUE(server.wait_for([&](const auto& log) { return has_ended(log[0]) && has_ended(log[1]); }));
  const auto log = server.log();
  ASSERT_EQ(log.size(), 4u);
  EXPECT_FALSE(has_ended(log[2]));
  EXPECT_FALSE(has_ended(log[3]));
}

TEST(FetcherLinger, WhatBreaksMeanwhileIsMendedForWhoComesBack) {
  FaultServer server;
  server.serve("/t", track_bytes(kSize));
  server.script("/t", {Fault{.stall_after = 200'000}});
  Rig rig({.stall_max = 20s, .linger = 60s});
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  ASSERT_TRUE(server.wait_for([](const auto& log) { return log[0].body_bytes >= 200'000; }));
  media = {};
  server.stop();
  server.start();
  media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto all = read_all(*media->source);
  EXPECT_TRUE(all && *all == track_bytes(kSize));
  EXPECT_EQ(server.log().size(), 2u);
}

}  // namespace
}  // namespace segue::stream
