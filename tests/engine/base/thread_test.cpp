// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/thread.h"

#include <cfenv>
#include <limits>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>

#include "engine/base/clock.h"

namespace segue {
namespace {

TEST(Thread, GetsItsName) {
  std::string name(16, '\0');
  std::thread([&] {
    set_thread_name("segue-test");
    pthread_getname_np(pthread_self(), name.data(), name.size());
  }).join();
  EXPECT_STREQ(name.c_str(), "segue-test");
}

TEST(Thread, FlushesDenormalsOfItsOwnOnly) {
  const volatile float tiny = std::numeric_limits<float>::min();
  float flushed = -1;
  float taken_as_zero = -1;
  const volatile float denormal = std::numeric_limits<float>::denorm_min();
  std::thread([&] {
    flush_denormals();
    flushed = tiny * 0.5F;
    taken_as_zero = denormal * 1e30F;
  }).join();
  EXPECT_EQ(flushed, 0.0F);
  EXPECT_EQ(taken_as_zero, 0.0F);
  EXPECT_GT(tiny * 0.5F, 0.0F);
}

TEST(Thread, RealtimePriorityIsGivenOrRefusedNeverHalfSet) {
  bool was_given = false;
  int policy = 0;
  sched_param parameters{};
  std::thread([&] {
    was_given = raise_to_realtime(42);
    pthread_getschedparam(pthread_self(), &policy, &parameters);
  }).join();
  EXPECT_EQ((policy & ~SCHED_RESET_ON_FORK) == SCHED_FIFO, was_given);
  EXPECT_EQ(parameters.sched_priority, was_given ? 42 : 0);
}

TEST(Thread, BackgroundIsBehindAllOthers) {
  int policy = -1;
  std::thread([&] {
    lower_to_background();
    sched_param parameters{};
    pthread_getschedparam(pthread_self(), &policy, &parameters);
  }).join();
  EXPECT_TRUE(policy == SCHED_IDLE || policy == SCHED_OTHER);
}

TEST(Thread, CpuTimeGrowsWithWorkOfThisThreadOnly) {
  const long long before = thread_cpu_ns();
  double sum = 0;
  while (thread_cpu_ns() - before < 1'000'000) sum += 1;
  EXPECT_GT(sum, 0);
  const long long mine = thread_cpu_ns();
  std::thread([] {
    const long long start = thread_cpu_ns();
    while (thread_cpu_ns() - start < 5'000'000) {
    }
  }).join();
  EXPECT_LT(thread_cpu_ns() - mine, 5'000'000);
}

TEST(SystemClock, MonotonicNeverGoesBackAndWallIsAfterThisWasWritten) {
  const SystemClock clock;
  Nanoseconds last = clock.monotonic();
  for (int i = 0; i < 1000; ++i) {
    const Nanoseconds now = clock.monotonic();
    ASSERT_GE(now, last);
    last = now;
  }
  EXPECT_GT(clock.wall(), std::chrono::seconds(1'700'000'000));
}

}  // namespace
}  // namespace segue
