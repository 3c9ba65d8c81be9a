// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/range_set.h"

#include <algorithm>
#include <bitset>
#include <random>

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

TEST(RangeSet, IsEmptyAtFirst) {
  const RangeSet set;
  EXPECT_TRUE(set.is_empty());
  EXPECT_EQ(set.count(), 0);
  EXPECT_FALSE(set.contains(0));
  EXPECT_TRUE(set.covers({5, 5})) << "nothing is always covered";
  EXPECT_EQ(set.end_from(7), 7);
  EXPECT_EQ(set.first_gap(3, 9), (Range{3, 9}));
}

TEST(RangeSet, JoinsSpansThatTouch) {
  RangeSet set;
  set.add({0, 10});
  set.add({20, 30});
  set.add({10, 20});
  EXPECT_EQ(set.end_from(0), 30);
  EXPECT_TRUE(set.covers({0, 30}));
  EXPECT_EQ(set.count(), 30);
}

TEST(RangeSet, IgnoresEmptyAndReversedSpans) {
  RangeSet set;
  set.add({5, 5});
  set.add({9, 2});
  EXPECT_TRUE(set.is_empty());
  set.add({0, 4});
  set.remove({3, 1});
  EXPECT_EQ(set.count(), 4);
}

TEST(RangeSet, CutsAGapAtTheEnd) {
  RangeSet set;
  set.add({0, 10});
  set.add({50, 60});
  EXPECT_EQ(set.first_gap(0, 30), (Range{10, 30}));
  EXPECT_EQ(set.first_gap(0, 100), (Range{10, 50}));
  EXPECT_TRUE(set.first_gap(2, 10).is_empty());
  EXPECT_TRUE(set.first_gap(70, 60).is_empty());
}

TEST(RangeSet, HoldsTheFarEndsOfTheNumberLine) {
  RangeSet set;
  set.add({INT64_MIN, INT64_MIN + 5});
  set.add({INT64_MAX - 5, INT64_MAX});
  EXPECT_TRUE(set.contains(INT64_MIN));
  EXPECT_TRUE(set.contains(INT64_MAX - 1));
  EXPECT_EQ(set.count(), 10);
}

// The set against one bit per integer, after every one of many random steps.
TEST(RangeSet, AgreesWithABitmap) {
  constexpr int kBits = 200;
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> place(-3, kBits + 3);
    RangeSet set;
    std::bitset<kBits> bits;
    for (int step = 0; step < 300; ++step) {
      Range range{place(random), place(random)};
      range.from = std::clamp<std::int64_t>(range.from, 0, kBits);
      range.to = std::clamp<std::int64_t>(range.to, 0, kBits);
      const bool is_added = random() % 2 == 0;
      is_added ? set.add(range) : set.remove(range);
      for (std::int64_t i = range.from; i < range.to; ++i) bits[static_cast<std::size_t>(i)] = is_added;

      ASSERT_EQ(set.count(), static_cast<std::int64_t>(bits.count())) << "seed " << seed << " step " << step;
      ASSERT_EQ(set.is_empty(), bits.none());
      const int at = static_cast<int>(random() % kBits);
      const int end = static_cast<int>(random() % (kBits + 1));
      ASSERT_EQ(set.contains(at), bits[static_cast<std::size_t>(at)]);
      int run = at;
      while (run < kBits && bits[static_cast<std::size_t>(run)]) ++run;
      ASSERT_EQ(set.end_from(at), run) << "seed " << seed << " step " << step << " at " << at;
      ASSERT_EQ(set.covers({at, end}), end <= run);
      int gap_end = run;
      while (gap_end < end && !bits[static_cast<std::size_t>(gap_end)]) ++gap_end;
      const Range gap = set.first_gap(at, end);
      ASSERT_EQ(gap.is_empty(), run >= end) << "seed " << seed << " step " << step;
      if (run < end) {
        ASSERT_EQ(gap, (Range{run, gap_end})) << "seed " << seed << " step " << step;
      }
    }
  }
}

}  // namespace
}  // namespace segue::stream
