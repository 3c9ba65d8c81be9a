// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rt/block_clock.h"

#include <gtest/gtest.h>

namespace segue::rt {
namespace {

class RunningBlockClock : public testing::Test {
 protected:
  RunningBlockClock() { clock_.set_halted(false); }
  BlockClock clock_;
};

TEST_F(RunningBlockClock, PassesOnlyAfterABlockThatBeganLater) {
  const auto mark = clock_.mark();
  EXPECT_FALSE(clock_.passed(mark));
  clock_.begin();
  EXPECT_FALSE(clock_.passed(mark)) << "the block is still running";
  clock_.end();
  EXPECT_TRUE(clock_.passed(mark));
}

TEST_F(RunningBlockClock, DoesNotPassWithTheEndOfABlockThatBeganBefore) {
  clock_.begin();
  const auto mark = clock_.mark();
  clock_.end();
  EXPECT_FALSE(clock_.passed(mark)) << "that block may have looked before the mark";
  clock_.begin();
  clock_.end();
  EXPECT_TRUE(clock_.passed(mark));
}

TEST_F(RunningBlockClock, AnOlderMarkPassesWithAYounger) {
  const auto older = clock_.mark();
  clock_.begin();
  clock_.end();
  const auto younger = clock_.mark();
  clock_.begin();
  clock_.end();
  EXPECT_TRUE(clock_.passed(older));
  EXPECT_TRUE(clock_.passed(younger));
}

TEST_F(RunningBlockClock, PassesAtOnceWhileNoDriverRuns) {
  const auto mark = clock_.mark();
  clock_.set_halted(true);
  EXPECT_TRUE(clock_.passed(mark));
  clock_.set_halted(false);
  EXPECT_FALSE(clock_.passed(mark));
}

TEST(BlockClock, IsHaltedUntilADriverRuns) {
  const BlockClock clock;
  EXPECT_TRUE(clock.passed(clock.mark()));
}

}  // namespace
}  // namespace segue::rt
