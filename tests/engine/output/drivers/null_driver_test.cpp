// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/drivers/null_driver.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sched.h>

#include "engine/base/thread.h"
#include "tests/engine/output/eventually.h"

namespace segue::output {
namespace {

using std::chrono::milliseconds;
using test::eventually;

class Silence final : public BlockSource {
 public:
  void pull(StereoBlock block) override {
    std::fill_n(block.left, block.frames, 0.0F);
    std::fill_n(block.right, block.frames, 0.0F);
  }
};

TEST(Pace, IsExactAfterAYear) {
  Pace pace(Nanoseconds(123), 44'100, 441);
  constexpr long kSeconds = 1000;
  for (long i = 0; i < kSeconds * 100; ++i) pace.advance();
  EXPECT_EQ(pace.due(), Nanoseconds(123) + std::chrono::seconds(kSeconds));
  const auto year = std::chrono::hours(24 * 365);
  const Frames lost = pace.give_up_overdue(Nanoseconds(123) + std::chrono::seconds(kSeconds) + year);
  EXPECT_EQ(lost, std::chrono::duration_cast<std::chrono::seconds>(year).count() * 44'100);
  EXPECT_EQ(pace.due(), Nanoseconds(123) + std::chrono::seconds(kSeconds) + year);
}

TEST(Pace, CatchesUpAShortStallAndGivesUpALongOne) {
  constexpr int kBlock = 480;  // 10 ms
  Pace pace(Nanoseconds(0), 48'000, kBlock);
  EXPECT_EQ(pace.give_up_overdue(milliseconds(Pace::kCatchUpMs)), 0);
  EXPECT_EQ(pace.due(), milliseconds(0)) << "all overdue blocks are pulled at once";
  EXPECT_EQ(pace.give_up_overdue(milliseconds(255)), 25 * kBlock);
  EXPECT_EQ(pace.due(), milliseconds(250)) << "the next block keeps to the grid";
}

// The pull times may jitter but never come before their time, so the earliest ones of each half tell the rate.
TEST(NullDriver, KeepsTheRate) {
  class Timekeeper final : public BlockSource {
   public:
    explicit Timekeeper(std::vector<double>& lateness_s) : lateness_s_(lateness_s) {}
    void pull(StereoBlock block) override {
      const double now_s = std::chrono::duration<double>(SystemClock().monotonic()).count();
      if (frames_ == 0) start_s_ = now_s;
      const Frames lost = driver == nullptr ? 0 : static_cast<Frames>(driver.load()->counters().lost_frames.load());
      const std::lock_guard lock(mutex);
      lateness_s_.push_back(now_s - start_s_ - static_cast<double>(frames_ + lost) / 48'000.0);
      frames_ += block.frames;
    }
    std::atomic<Driver*> driver{nullptr};
    std::mutex mutex;

   private:
    std::vector<double>& lateness_s_;
    Frames frames_ = 0;
    double start_s_ = 0;
  };
  std::vector<double> lateness_s;
  const auto timekeeper = std::make_shared<Timekeeper>(lateness_s);
  constexpr int kBlock = 128;
  constexpr std::size_t kBlocks = 450;  // 1.2 s
  NullDriver driver({.sample_rate_hz = 48'000, .block_frames = kBlock, .realtime_priority = 70}, timekeeper);
  timekeeper->driver = &driver;
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(timekeeper->mutex);
    return lateness_s.size() >= kBlocks;
  }));
  const std::lock_guard lock(timekeeper->mutex);
  const auto middle = lateness_s.begin() + kBlocks / 2;
  const double early = *std::min_element(lateness_s.begin(), middle);
  const double late = *std::min_element(middle, lateness_s.begin() + kBlocks);
  const double half_s = static_cast<double>(kBlocks) / 2 * kBlock / 48'000.0;
  EXPECT_LT(std::abs(late - early) / half_s, 0.002) << "earliest pulls at " << early << " s and " << late << " s";
}

TEST(NullDriver, CountsWhatAStalledSourceCost) {
  class Stalling final : public BlockSource {
   public:
    void pull(StereoBlock /*block*/) override {
      if (++pulls != 10) return;
      const auto until = std::chrono::steady_clock::now() + milliseconds(300);
      while (std::chrono::steady_clock::now() < until) std::this_thread::sleep_until(until);
    }
    std::atomic<int> pulls{0};
  };
  const auto source = std::make_shared<Stalling>();
  constexpr int kBlock = 256;
  const NullDriver driver({.sample_rate_hz = 48'000, .block_frames = kBlock, .realtime_priority = 0}, source);
  ASSERT_TRUE(eventually([&] { return source->pulls > 12; }));
  const std::uint64_t lost = driver.counters().lost_frames;
  // The stall itself began when a block was due, so all of it but one block is overdue.
  EXPECT_GE(lost, 300U * 48U - 2U * kBlock);
  EXPECT_EQ(lost % kBlock, 0U);
}

TEST(NullDriver, CountsBlocksFramesAndCpuTime) {
  class Busy final : public BlockSource {
   public:
    void pull(StereoBlock /*block*/) override {
      const long long from = thread_cpu_ns();
      while (thread_cpu_ns() - from < 1'000'000) {
      }
    }
  };
  const NullDriver driver({.block_frames = 256, .realtime_priority = 0}, std::make_shared<Busy>());
  ASSERT_TRUE(eventually([&] { return driver.counters().blocks >= 20; }));
  const DriverCounters& counters = driver.counters();
  EXPECT_GE(counters.busy_ns, 20'000'000U);
  EXPECT_GE(counters.frames, 20U * 256U);
  EXPECT_FALSE(counters.has_failed);
  EXPECT_EQ(driver.name(), "null");
}

TEST(NullDriver, RaisesItsPriorityWherePermitted) {
  bool is_permitted = false;
  std::jthread([&] { is_permitted = raise_to_realtime(10); }).join();
  class Asking final : public BlockSource {
   public:
    void pull(StereoBlock /*block*/) override { policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK; }
    std::atomic<int> policy{-1};
  };
  const auto source = std::make_shared<Asking>();
  const NullDriver driver({.realtime_priority = 10}, source);
  ASSERT_TRUE(eventually([&] { return driver.counters().blocks > 0; }));
  EXPECT_EQ(source->policy, is_permitted ? SCHED_FIFO : SCHED_OTHER);
}

TEST(NullDriver, KeepsItsSourceAndEndsPromptly) {
  auto source = std::make_shared<Silence>();
  const std::weak_ptr<Silence> watched = source;
  auto driver = open_driver(model::OutputKind::kNull, {}, std::move(source));
  ASSERT_TRUE(driver.has_value());
  ASSERT_TRUE(eventually([&] { return (*driver)->counters().blocks > 2; }));
  EXPECT_FALSE(watched.expired());
  discard(std::move(*driver));
  EXPECT_TRUE(eventually([&] { return watched.expired(); }));
}

TEST(Registry, NoneHasNoDriver) {
  const auto driver = open_driver(model::OutputKind::kNone, {}, std::make_shared<Silence>());
  ASSERT_FALSE(driver.has_value());
  EXPECT_EQ(driver.error().reason, "NO_DEVICE");
}

}  // namespace
}  // namespace segue::output
