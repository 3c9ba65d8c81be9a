// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rt/spsc_queue.h"

#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/audio/signals.h"

namespace segue::rt {
namespace {

TEST(SpscQueue, GivesBackInOrder) {
  auto [writer, reader] = SpscQueue<int>::create(8);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(writer.try_push(i));
  for (int i = 0; i < 5; ++i) {
    int value = -1;
    ASSERT_TRUE(reader.try_pop(value));
    EXPECT_EQ(value, i);
  }
}

TEST(SpscQueue, HoldsExactlyItsCapacityAllTheWayRound) {
  auto [writer, reader] = SpscQueue<int>::create(3);
  int value = 0;
  for (int round = 0; round < 10; ++round) {  // 10 is no multiple of the ring's 4 slots
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(writer.try_push(10 * round + i)) << round;
    EXPECT_FALSE(writer.try_push(99)) << round;
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(reader.try_pop(value));
      EXPECT_EQ(value, 10 * round + i);
    }
    EXPECT_FALSE(reader.try_pop(value)) << round;
  }
}

TEST(SpscQueue, LeavesTheValueAloneWhenEmpty) {
  auto [writer, reader] = SpscQueue<int>::create(1);
  int value = 42;
  EXPECT_FALSE(reader.try_pop(value));
  EXPECT_EQ(value, 42);
}

TEST(SpscQueue, TakesABatchWholeOrNotAtAll) {
  auto [writer, reader] = SpscQueue<int>::create(4);
  const std::vector<int> three = {1, 2, 3};
  ASSERT_TRUE(writer.try_push_all(three));
  EXPECT_FALSE(writer.try_push_all(three));
  int value = 0;
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(reader.try_pop(value));
    EXPECT_EQ(value, i);
  }
  EXPECT_FALSE(reader.try_pop(value)) << "a part of the refused batch went in";
  EXPECT_TRUE(writer.try_push_all(std::vector<int>{}));
  EXPECT_FALSE(writer.try_push_all(std::vector<int>(5, 0))) << "more than the capacity";
}

TEST(SpscQueue, ItsEndsMoveAndOutliveEachOther) {
  auto ends = SpscQueue<int>::create(2);
  auto reader = std::move(ends.second);
  {
    auto writer = std::move(ends.first);
    ASSERT_TRUE(writer.try_push(7));
  }
  int value = 0;
  ASSERT_TRUE(reader.try_pop(value));
  EXPECT_EQ(value, 7);
}

// A million values in batches of 1 to 7 through a small queue; each batch ends with a mark, and the reader may find
// the queue empty only after a mark.
TEST(SpscQueue, KeepsOrderAndBatchesBetweenThreads) {
  constexpr std::uint64_t kMark = 1ULL << 63U;
  constexpr std::uint64_t kValues = 1'000'000;
  auto ends = SpscQueue<std::uint64_t>::create(16);
  std::thread writing([writer = std::move(ends.first)]() mutable {
    test::Random random(1);
    std::vector<std::uint64_t> batch;
    for (std::uint64_t next = 0; next < kValues;) {
      batch.clear();
      const auto length = static_cast<std::uint64_t>(1 + random.below(7));
      for (std::uint64_t i = 0; i < length && next < kValues; ++i) batch.push_back(next++);
      batch.back() |= kMark;
      while (!writer.try_push_all(batch)) std::this_thread::yield();
    }
  });
  std::uint64_t expected = 0;
  std::uint64_t wrong = 0;
  std::uint64_t torn = 0;
  bool is_between_batches = true;
  while (expected < kValues) {
    std::uint64_t value = 0;
    if (!ends.second.try_pop(value)) {
      torn += is_between_batches ? 0 : 1;
      std::this_thread::yield();
      continue;
    }
    is_between_batches = (value & kMark) != 0;
    wrong += (value & ~kMark) == expected ? 0 : 1;
    ++expected;
  }
  writing.join();
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(torn, 0U) << "the reader saw the beginning of a batch without its end";
}

}  // namespace
}  // namespace segue::rt
