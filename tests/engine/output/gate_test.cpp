// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/gate.h"

#include <array>
#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace segue::output {
namespace {

constexpr float kSound = 0.5F;

class Sound final : public BlockSource {
 public:
  void pull(StereoBlock block) override {
    for (int i = 0; i < block.frames; ++i) block.left[i] = block.right[i] = kSound;
  }
};

// Stays inside its first pull until it is let go.
class HeldSound final : public BlockSource {
 public:
  void pull(StereoBlock block) override {
    if (!was_held_.exchange(true)) {
      entered.count_down();
      go.wait();
      has_left = true;
    }
    for (int i = 0; i < block.frames; ++i) block.left[i] = block.right[i] = kSound;
  }
  std::latch entered{1};
  std::latch go{1};
  std::atomic<bool> has_left{false};

 private:
  std::atomic<bool> was_held_{false};
};

// What a pull through the pass gives: kSound, or 0 for silence.
float level_of(BlockSource& pass) {
  std::array<float, 64> left;
  std::array<float, 64> right;
  left.fill(9);
  right.fill(9);
  pass.pull(StereoBlock{left.data(), right.data(), 64});
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] != left[0] || right[i] != left[0]) return -1;
  }
  return left[0];
}

TEST(Gate, LetsOnlyTheNewestPassIn) {
  Sound sound;
  Gate gate(sound);
  const auto first = gate.admit();
  EXPECT_EQ(level_of(*first), kSound);
  const auto second = gate.admit();
  EXPECT_EQ(level_of(*first), 0);
  EXPECT_EQ(level_of(*second), kSound);
}

TEST(Gate, ClosedGivesSilenceAndOpensForANewPass) {
  Sound sound;
  Gate gate(sound);
  const auto first = gate.admit();
  gate.close();
  EXPECT_EQ(level_of(*first), 0);
  const auto second = gate.admit();
  EXPECT_EQ(level_of(*first), 0);
  EXPECT_EQ(level_of(*second), kSound);
}

TEST(Gate, PassOutlivesGateAndSource) {
  auto sound = std::make_unique<Sound>();
  auto gate = std::make_unique<Gate>(*sound);
  const auto pass = gate->admit();
  gate.reset();
  sound.reset();
  EXPECT_EQ(level_of(*pass), 0);
}

TEST(Gate, NewPassIsSilentWhileAnOldPullIsInside) {
  HeldSound sound;
  Gate gate(sound);
  const auto old_pass = gate.admit();
  std::jthread old_driver([&] { level_of(*old_pass); });
  sound.entered.wait();
  const auto new_pass = gate.admit();
  EXPECT_EQ(level_of(*new_pass), 0);
  EXPECT_EQ(level_of(*new_pass), 0);
  sound.go.count_down();
  old_driver.join();
  EXPECT_EQ(level_of(*new_pass), kSound);
  EXPECT_EQ(level_of(*old_pass), 0);
}

TEST(Gate, CloseWaitsUntilThePullInsideHasLeft) {
  HeldSound sound;
  Gate gate(sound);
  const auto pass = gate.admit();
  std::jthread driver([&] { level_of(*pass); });
  sound.entered.wait();
  auto closing = std::async(std::launch::async, [&] {
    gate.close();
    return sound.has_left.load();
  });
  EXPECT_EQ(closing.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  sound.go.count_down();
  EXPECT_TRUE(closing.get()) << "close() returned while a pull was inside";
}

// Two drivers pull all the time while passes change hands: never two inside at once, and what one pull wrote the next
// one sees (the source's counter is plain on purpose: ThreadSanitizer watches it).
TEST(Gate, OneAtATimeWhilePassesChangeHands) {
  class Lonely final : public BlockSource {
   public:
    void pull(StereoBlock /*block*/) override {
      if (++inside > 1) has_met_another = true;
      ++pulls;
      --inside;
    }
    std::atomic<int> inside{0};
    std::atomic<bool> has_met_another{false};
    long pulls = 0;
  };
  Lonely source;
  Gate gate(source);
  constexpr int kRounds = 500;
  std::latch all(3);
  const auto drive = [&] {
    all.arrive_and_wait();
    for (int round = 0; round < kRounds; ++round) {
      const auto pass = gate.admit();
      for (int i = 0; i < 100; ++i) level_of(*pass);
    }
  };
  std::jthread one(drive);
  std::jthread two(drive);
  all.arrive_and_wait();
  for (int i = 0; i < 50; ++i) gate.close();
  one.join();
  two.join();
  gate.close();
  EXPECT_FALSE(source.has_met_another);
  const long pulls_before = source.pulls;
  EXPECT_GT(pulls_before, 0);
  level_of(*gate.admit());
  EXPECT_EQ(source.pulls, pulls_before + 1);
}

}  // namespace
}  // namespace segue::output
