// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/fetch/assembly.h"

#include <vector>

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

constexpr std::int64_t kB = kBlockBytes;

std::vector<std::byte> some(std::int64_t count) { return std::vector<std::byte>(static_cast<std::size_t>(count)); }

TEST(Assembly, ABlockIsThereWhenItsLastByteCame) {
  Assembly assembly;
  assembly.set_size(kB + 10);
  EXPECT_FALSE(assembly.append(0, some(kB - 1)));
  EXPECT_EQ(assembly.end_from(0), kB - 1);
  const auto block = assembly.append(kB - 1, some(1));
  ASSERT_TRUE(block);
  EXPECT_EQ(block->index, 0);
  EXPECT_EQ(std::ssize(block->bytes), kB);
  const auto last = assembly.append(kB, some(10));
  ASSERT_TRUE(last);
  EXPECT_EQ(std::ssize(last->bytes), 10);
  EXPECT_TRUE(assembly.is_complete());
}

TEST(Assembly, BytesThatWouldLeaveAHoleAreNotTaken) {
  Assembly assembly;
  assembly.set_size(3 * kB);
  assembly.append(100, some(50));
  EXPECT_EQ(assembly.count(), 0);
}

TEST(Assembly, BytesThatAreThereAlreadyAreTakenOnce) {
  Assembly assembly;
  assembly.set_size(3 * kB);
  assembly.append(0, some(100));
  assembly.append(0, some(60));
  EXPECT_EQ(assembly.count(), 100);
  assembly.append(40, some(100));
  EXPECT_EQ(assembly.count(), 140);
}

TEST(Assembly, TheNextGapIsBehindTheCursorThenRound) {
  Assembly assembly;
  assembly.set_size(4 * kB);
  assembly.append(2 * kB, some(kB));
  EXPECT_EQ(assembly.next_gap(2 * kB), (Range{3 * kB, -1}));
  EXPECT_EQ(assembly.next_gap(3 * kB + 7), (Range{3 * kB, -1})) << "whole blocks, from their beginning";
  assembly.append(3 * kB, some(kB));
  EXPECT_EQ(assembly.next_gap(2 * kB), (Range{0, 2 * kB})) << "round to the first gap, as far as it goes";
  assembly.append(0, some(50));
  EXPECT_EQ(assembly.next_gap(0), (Range{50, 2 * kB})) << "behind what is there of the block";
}

TEST(Assembly, TheSizeMayComeAfterTheBytes) {
  Assembly assembly;
  assembly.append(0, some(70));
  EXPECT_FALSE(assembly.is_complete());
  EXPECT_EQ(assembly.next_gap(0), (Range{70, -1}));
  assembly.set_size(70);
  const auto last = assembly.finish_last();
  ASSERT_TRUE(last);
  EXPECT_EQ(std::ssize(last->bytes), 70);
  EXPECT_TRUE(assembly.is_complete());
  EXPECT_FALSE(assembly.next_gap(0));
}

TEST(Assembly, ABlockThatIsGoneIsAGapAgain) {
  Assembly assembly;
  assembly.set_size(2 * kB);
  assembly.append(0, some(kB));
  assembly.append(kB, some(kB));
  assembly.remove_block(1);
  EXPECT_EQ(assembly.next_gap(0), (Range{kB, -1}));
}

TEST(Assembly, UnfinishedBlocksAreBounded) {
  Assembly assembly;
  assembly.set_size(1'000 * kB);
  for (int i = 0; i < 100; ++i) assembly.append(i * kB, some(10));
  EXPECT_EQ(assembly.count(), 10 * static_cast<std::int64_t>(Assembly::kUnfinishedMax));
}

}  // namespace
}  // namespace segue::stream
