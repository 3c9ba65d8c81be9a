// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/programme.h"

#include <array>
#include <atomic>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "engine/output/drivers/gap_meter.h"
#include "engine/output/drivers/virtual_driver.h"
#include "engine/output/gate.h"
#include "tests/support/realtime/confinement.h"

namespace segue::output {
namespace {

// Renders nothing, as render does it: marks the block, then hands it to the taps.
class Rendering final : public BlockSource {
 public:
  void pull(StereoBlock block) override {
    clock.begin();
    clock.end();
    programme.write(block, frame);
    frame += block.frames;
  }
  rt::BlockClock clock;
  Programme programme{clock};
  Frames frame = 0;
};

TEST(Programme, GivesEveryBlockToEveryTap) {
  Rendering rendering;
  rendering.clock.set_halted(false);
  VirtualDriver driver(64, std::shared_ptr<BlockSource>(&rendering, [](BlockSource*) {}));
  Tap first(1024);
  Tap second(1024);
  TapSlot* slot = rendering.programme.free_slot();
  ASSERT_NE(slot, nullptr);
  slot->attach(first);
  driver.step(2);
  TapSlot* other = rendering.programme.free_slot();
  ASSERT_NE(other, nullptr);
  ASSERT_NE(other, slot);
  other->attach(second);
  driver.step(2);
  std::array<float, 1024> left{};
  std::array<float, 1024> right{};
  const StereoBlock out{left.data(), right.data(), 1024};
  const Tap::Read all = first.read(out);
  EXPECT_EQ(all.frame, 0);
  EXPECT_EQ(all.frames, 256);
  const Tap::Read late = second.read(out);
  EXPECT_EQ(late.frame, 128);
  EXPECT_EQ(late.frames, 128);
}

TEST(Programme, RunsOutOfSlotsAndGetsThemBack) {
  Rendering rendering;
  std::array<Tap, 4> taps{Tap(16), Tap(16), Tap(16), Tap(16)};
  TapSlot* last = nullptr;
  for (Tap& tap : taps) {
    last = rendering.programme.free_slot();
    ASSERT_NE(last, nullptr);
    last->attach(tap);
  }
  EXPECT_EQ(rendering.programme.free_slot(), nullptr);
  last->detach();
  EXPECT_EQ(rendering.programme.free_slot(), last) << "nobody renders, so the tap has left at once";
}

TEST(TapSlot, TapHasLeftOnceABlockBegunAfterItEnds) {
  rt::BlockClock clock;
  TapSlot slot(clock);
  Tap tap(64);
  clock.set_halted(false);
  slot.attach(tap);
  EXPECT_FALSE(slot.has_left());
  clock.begin();
  slot.detach();
  EXPECT_FALSE(slot.has_left()) << "the block that runs may still write";
  clock.end();
  EXPECT_FALSE(slot.has_left()) << "it may still write after its render";
  clock.begin();
  EXPECT_FALSE(slot.has_left());
  clock.end();
  EXPECT_TRUE(slot.has_left());
}

TEST(TapSlot, TapHasLeftWhenNobodyRenders) {
  rt::BlockClock clock;
  TapSlot slot(clock);
  Tap tap(64);
  clock.set_halted(false);
  slot.attach(tap);
  slot.detach();
  EXPECT_FALSE(slot.has_left());
  clock.set_halted(true);
  EXPECT_TRUE(slot.has_left());
}

// Taps come, go and are destroyed while blocks flow; AddressSanitizer and ThreadSanitizer watch.
TEST(TapSlot, TapsAreDestroyedWhileBlocksFlow) {
  Rendering rendering;
  rendering.clock.set_halted(false);
  std::atomic<bool> is_over{false};
  std::jthread audio([&] {
    std::array<float, 64> plane{};
    while (!is_over) rendering.pull(StereoBlock{plane.data(), plane.data(), 64});
  });
  long heard = 0;
  for (int round = 0; round < 300; ++round) {
    auto tap = std::make_unique<Tap>(1024);
    TapSlot* slot = rendering.programme.free_slot();
    ASSERT_NE(slot, nullptr);
    slot->attach(*tap);
    std::array<float, 1024> left{};
    std::array<float, 1024> right{};
    while (tap->read(StereoBlock{left.data(), right.data(), 1024}).frames == 0) std::this_thread::yield();
    ++heard;
    slot->detach();
    while (!slot->has_left()) std::this_thread::yield();
  }
  is_over = true;
  EXPECT_EQ(heard, 300);
}

TEST(Programme, AudioSideMakesNoSystemCall) {
  Rendering rendering;
  Gate gate(rendering);
  const auto pass = gate.admit();
  const auto superseded = gate.admit();
  const auto newest = gate.admit();
  Tap tap(4096);
  rendering.programme.free_slot()->attach(tap);
  GapMeter gaps(48'000, 512);
  const SystemClock clock;
  std::array<float, 256> left{};
  std::array<float, 256> right{};
  const StereoBlock block{left.data(), right.data(), 256};
  const auto result = test::run_confined([&] {
    for (int i = 0; i < 1000; ++i) {
      gaps.on_callback(clock.monotonic(), 256);
      superseded->pull(block);
      newest->pull(block);
    }
  });
  EXPECT_EQ(result.refused, 0) << result.report();
  EXPECT_EQ(tap.dropped_frames(), 1000U * 256U - 4096U);
}

}  // namespace
}  // namespace segue::output
