// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "tests/engine/stream/fetch/rig.h"

namespace segue::stream {
namespace {

using test::Fault;
using test::FaultServer;

constexpr std::int64_t kSize = 1'500'000;

// What a prefetch told.
struct Told {
  std::promise<Result<void>> promise;
  std::future<Result<void>> done = promise.get_future();
  std::mutex mutex;
  std::vector<std::int64_t> progress;

  std::shared_ptr<void> begin(Rig& rig, const model::MediaRef& ref) {
    return rig.fetcher().prefetch(
        "segue://p/1", ref,
        [this](std::int64_t present, std::int64_t) {
          const std::lock_guard lock(mutex);
          progress.push_back(present);
        },
        [this](Result<void> outcome) { promise.set_value(std::move(outcome)); });
  }
};

TEST(FetcherPrefetch, FetchesAllOfItAndSaysSo) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.set_link({.rate_bytes_per_s = 3'000'000});
  Rig rig;
  Told told;
  const auto begun = std::chrono::steady_clock::now();
  const auto held = told.begin(rig, Rig::ref(server.url("/t")));
  const auto outcome = told.done.get();
  ASSERT_TRUE(outcome) << outcome.error().message;
  {
    const std::lock_guard lock(told.mutex);
    ASSERT_FALSE(told.progress.empty());
    EXPECT_EQ(told.progress.back(), kSize);
    EXPECT_TRUE(std::is_sorted(told.progress.begin(), told.progress.end()));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    EXPECT_LE(told.progress.size(), 10 * took.count() + 2) << "ten a second, the first and the last";
  }
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto all = read_all(*media->source);
  EXPECT_TRUE(all && *all == bytes);
  EXPECT_EQ(server.log().size(), 1u);
}

TEST(FetcherPrefetch, WhatIsThereIsDoneAtOnce) {
  FaultServer server;
  server.serve("/t", track_bytes(kSize));
  Rig rig;
  Told first;
  const auto held = first.begin(rig, Rig::ref(server.url("/t")));
  ASSERT_TRUE(first.done.get());
  Told second;
  const auto held_too = second.begin(rig, Rig::ref(server.url("/t")));
  ASSERT_TRUE(second.done.get());
  EXPECT_EQ(server.log().size(), 1u);
}

TEST(FetcherPrefetch, ALoadTakesItOver) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  Rig rig({.background_bytes_per_s = 100'000});
  Told told;
  const auto held = told.begin(rig, Rig::ref(server.url("/t")));
  ASSERT_TRUE(server.wait_for_requests(1));
  const auto begun = std::chrono::steady_clock::now();
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto all = read_all(*media->source);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  EXPECT_TRUE(all && *all == bytes);
  EXPECT_LT(took.count(), 3.0) << "15 s at the background's rate";
  EXPECT_TRUE(told.done.get());
  EXPECT_EQ(rig.fetcher().counters().contents, 1u);
}

TEST(FetcherPrefetch, StandsStillWhileALoadIsUnderWay) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/behind", bytes);
  server.serve("/now", bytes);
  server.script("/now", {Fault{.rate_bytes_per_s = 2'000'000}});
  Rig rig({.background_bytes_per_s = 3'000'000});
  auto media = rig.open(Rig::ref(server.url("/now"), "p/now/raw"));
  ASSERT_TRUE(media);
  Told told;
  const auto held = told.begin(rig, Rig::ref(server.url("/behind"), "p/behind/raw"));
  while (media->status().state != FetchStatus::State::kComplete) std::this_thread::yield();
  EXPECT_EQ(told.done.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_TRUE(told.done.get());
}

TEST(FetcherPrefetch, WhatIsFinalIsSaidAndWhatPassesIsNot) {
  FaultServer server;
  server.serve("/t", track_bytes(kSize));
  server.script("/t", {Fault{.times = 3, .status = 503}});
  Rig rig;
  Told told;
  const auto held = told.begin(rig, Rig::ref(server.url("/t")));
  EXPECT_TRUE(told.done.get());
  Told missing;
  const auto held_too = missing.begin(rig, Rig::ref(server.url("/missing"), "p/missing/raw"));
  const auto outcome = missing.done.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, "HTTP_404");
}

TEST(FetcherPrefetch, LettingGoEndsIt) {
  FaultServer server;
  server.serve("/t", track_bytes(kSize));
  server.script("/t", {Fault{.stall_after = 100'000}});
  Rig rig({.stall_max = std::chrono::seconds(20)});
  Told told;
  auto held = told.begin(rig, Rig::ref(server.url("/t")));
  ASSERT_TRUE(server.wait_for_requests(1));
  held = nullptr;
  EXPECT_TRUE(server.wait_for([](const auto& log) { return log[0].ending == test::Ending::kPeerClosed; }));
  EXPECT_EQ(told.done.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
}

TEST(FetcherPrefetch, OnlySoManyAreUnderWay) {
  FaultServer server;
  std::vector<std::unique_ptr<Told>> told;
  std::vector<std::shared_ptr<void>> held;
  Rig rig({.stall_max = std::chrono::seconds(20)});
  for (int i = 0; i < 6; ++i) {
    const std::string path = "/" + std::to_string(i);
    server.serve(path, track_bytes(200'000));
    if (i < 2) server.script(path, {Fault{.stall_after = 1'000}});
    told.push_back(std::make_unique<Told>());
    held.push_back(told.back()->begin(rig, Rig::ref(server.url(path), "p" + path)));
  }
  // Both stand still, and nobody else has asked.
  ASSERT_TRUE(server.wait_for(
      [](const auto& log) { return log.size() >= 2 && log[0].body_bytes == 1'000 && log[1].body_bytes == 1'000; }));
  EXPECT_EQ(server.log().size(), 2u);
  server.release();
  for (const auto& each : told) EXPECT_TRUE(each->done.get());
}

}  // namespace
}  // namespace segue::stream
