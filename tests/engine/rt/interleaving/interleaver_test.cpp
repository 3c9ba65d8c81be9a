// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/rt/interleaving/interleaver.h"

#include <memory>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

struct Shared {
  ModelAtomic<int> flag{0};
  ModelAtomic<int> other{0};
  ModelCell<int> cell;
};

TEST(Interleaver, RunsEveryOrder) {
  // Three steps each: 6! ÷ (3! 3!) orders, and each body's way to its first step.
  const auto result = explore([] {
    auto shared = std::make_shared<Shared>();
    const auto body = [shared] {
      for (int i = 0; i < 3; ++i) (void)shared->flag.load();
    };
    return Trial{{body, body}, [] { return std::string(); }};
  });
  EXPECT_EQ(result.failure, "");
  EXPECT_EQ(result.schedules, 70) << "8! ÷ (4! 4!) with the start of each body as a step";
}

TEST(Interleaver, FindsALostUpdate) {
  const auto result = explore([] {
    auto shared = std::make_shared<Shared>();
    const auto body = [shared] { shared->flag.store(shared->flag.load() + 1); };
    return Trial{{body, body}, [shared] { return shared->flag.load() == 2 ? std::string() : "lost"; }};
  });
  EXPECT_NE(result.failure, "");
}

TEST(Interleaver, FindsNoLostUpdateInAReadModifyWrite) {
  const auto result = explore([] {
    auto shared = std::make_shared<Shared>();
    const auto body = [shared] { (void)shared->flag.fetch_add(1); };
    return Trial{{body, body}, [shared] { return shared->flag.load() == 2 ? std::string() : "lost"; }};
  });
  EXPECT_EQ(result.failure, "");
}

Exploration hand_over(std::memory_order store, std::memory_order load) {
  return explore([store, load] {
    auto shared = std::make_shared<Shared>();
    return Trial{{[shared, store] {
                    shared->cell.write(7);
                    shared->flag.store(1, store);
                  },
                  [shared, load] {
                    if (shared->flag.load(load) == 1 && shared->cell.read() != 7) fail_trial("not the value");
                  }},
                 [] { return std::string(); }};
  });
}

TEST(Interleaver, AcceptsReleaseReadByAcquireOnly) {
  EXPECT_EQ(hand_over(std::memory_order_release, std::memory_order_acquire).failure, "");
  EXPECT_NE(hand_over(std::memory_order_relaxed, std::memory_order_acquire).failure, "");
  EXPECT_NE(hand_over(std::memory_order_release, std::memory_order_relaxed).failure, "");
}

}  // namespace
}  // namespace segue::test
