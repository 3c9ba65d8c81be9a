// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rt/retire_queue.h"

#include <array>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace segue::rt {
namespace {

TEST(RetireQueue, ReservesNoMoreThanItHolds) {
  auto [writer, reader] = RetireQueue<int>::create(2);
  EXPECT_TRUE(reader.reserve());
  EXPECT_TRUE(reader.reserve());
  EXPECT_FALSE(reader.reserve());
  reader.release();
  EXPECT_TRUE(reader.reserve());
}

TEST(RetireQueue, FreesTheSlotOfWhatIsCollected) {
  auto [writer, reader] = RetireQueue<int>::create(1);
  int object = 5;
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(reader.reserve());
    ASSERT_FALSE(reader.reserve());
    writer.retire(&object);
    EXPECT_EQ(reader.collect(), &object);
    EXPECT_EQ(reader.collect(), nullptr);
  }
}

TEST(RetireQueue, HoldsEverythingReservedAtOnceInOrder) {
  std::array<int, 8> objects{};
  auto [writer, reader] = RetireQueue<int>::create(objects.size());
  for (std::size_t i = 0; i < objects.size(); ++i) ASSERT_TRUE(reader.reserve());
  for (int& object : objects) writer.retire(&object);
  for (int& object : objects) EXPECT_EQ(reader.collect(), &object);
}

TEST(RetireQueue, BringsEveryObjectBackFromAnotherThread) {
  constexpr int kObjects = 100'000;
  auto retired = RetireQueue<int>::create(4);
  auto sent = SpscQueue<int*>::create(4);
  std::thread render([writer = std::move(retired.first), received = std::move(sent.second)]() mutable {
    for (int count = 0; count < kObjects;) {
      int* object = nullptr;
      if (received.try_pop(object)) {
        writer.retire(object);
        ++count;
      } else {
        std::this_thread::yield();
      }
    }
  });
  int created = 0;
  int destroyed = 0;
  int out_of_order = 0;
  while (destroyed < kObjects) {
    if (created < kObjects && retired.second.reserve()) {
      ASSERT_TRUE(sent.first.try_push(new int(created++)));
    }
    const std::unique_ptr<int> back(retired.second.collect());
    if (back == nullptr) continue;
    out_of_order += *back == destroyed ? 0 : 1;
    ++destroyed;
  }
  render.join();
  EXPECT_EQ(out_of_order, 0);
}

}  // namespace
}  // namespace segue::rt
