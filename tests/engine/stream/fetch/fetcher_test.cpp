// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/fetch/fetcher.h"

#include <atomic>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "tests/engine/stream/fetch/rig.h"

namespace segue::stream {
namespace {

using test::Fault;
using test::FaultServer;

constexpr std::int64_t kSize = 3'000'000;

TEST(Fetcher, ReadsAWholeTrackWithOneRequest) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t.flac", bytes, {.mime = "audio/flac"});
  Rig rig;
  auto media = rig.open(Rig::ref(server.url("/t.flac")));
  ASSERT_TRUE(media) << media.error().message;
  EXPECT_EQ(media->source->size(), kSize);
  EXPECT_EQ(media->ref.mime, "audio/flac");
  const auto all = read_all(*media->source);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_TRUE(*all == bytes);
  EXPECT_EQ(server.log().size(), 1u);
  EXPECT_EQ(media->status().state, FetchStatus::State::kComplete);
  EXPECT_EQ(media->status().present, kSize);
  EXPECT_FALSE(media->source->is_remote());
  EXPECT_EQ(rig.story(), "");
}

TEST(Fetcher, TwelveOpensAtOnceAreOneFetchAndOneRequest) {
  FaultServer server;
  server.set_link({.rtt = std::chrono::milliseconds(20)});
  const std::string bytes = track_bytes(1'000'000);
  server.serve("/t", bytes);
  Rig rig;
  std::vector<std::future<bool>> readers;
  for (int i = 0; i < 12; ++i) {
    readers.push_back(std::async(std::launch::async, [&] {
      auto media = rig.open(Rig::ref(server.url("/t")));
      if (!media) return false;
      const auto all = read_all(*media->source);
      // Kept until all are done, so that none begins anew.
      while (media->status().state != FetchStatus::State::kComplete) std::this_thread::yield();
      return all && *all == bytes;
    }));
  }
  for (auto& reader : readers) EXPECT_TRUE(reader.get());
  EXPECT_EQ(server.log().size(), 1u);
  EXPECT_EQ(rig.fetcher().counters().contents, 1u);
}

TEST(Fetcher, ReadsWhereSomebodyJumpsBeforeTheRest) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.set_link({.rate_bytes_per_s = 1'000'000});
  Rig rig;
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto begun = std::chrono::steady_clock::now();
  const auto end = read_some(*media->source, kSize - 1'000, 1'000);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, bytes.substr(kSize - 1'000));
  EXPECT_LT(took.count(), 1.0) << "the way there is 3 s";
  server.set_link({});
  const auto all = read_all(*media->source);
  ASSERT_TRUE(all);
  EXPECT_TRUE(*all == bytes);
  std::int64_t sent = 0;
  for (const auto& exchange : server.log()) EXPECT_NE(exchange.status, 416);
  EXPECT_GE(server.log().size(), 3u);
  EXPECT_EQ(rig.story(), "");
  (void)sent;
}

TEST(Fetcher, GoesOnAtTheByteAfterAReset) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.script("/t", {Fault{.reset_after = 1'000'001}});
  Rig rig;
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto all = read_all(*media->source);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_TRUE(*all == bytes);
  const auto log = server.log();
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[1].status, 206);
  EXPECT_EQ(log[1].request.header("if-range"), "\"1\"");
  EXPECT_GT(log[1].first, 0);
  ASSERT_TRUE(rig.wait_for_ended(1));
  EXPECT_EQ(rig.story(), "CONNECTION_RESET+ CONNECTION_RESET-");
  EXPECT_EQ(rig.faults("CONNECTION_RESET"), 1u);
  EXPECT_EQ(rig.fetcher().counters().resumed, 1u);
}

}  // namespace
}  // namespace segue::stream
