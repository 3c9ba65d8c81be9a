// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/drivers/gap_meter.h"

#include <gtest/gtest.h>

namespace segue::output {
namespace {

constexpr int kRate = 48'000;
constexpr int kBlock = 480;  // 10 ms
constexpr auto kPeriod = std::chrono::milliseconds(10);

TEST(GapMeter, SteadyCallbacksLoseNothing) {
  GapMeter meter(kRate, 2 * kBlock);
  Nanoseconds now{};
  Frames lost = 0;
  for (int i = 0; i < 100'000; ++i, now += kPeriod) lost += meter.on_callback(now, kBlock);
  EXPECT_EQ(lost, 0);
}

TEST(GapMeter, SlowAndFastCrystalsLoseNothing) {
  for (const double drift : {-0.0009, -0.0001, 0.0001, 0.0009}) {
    GapMeter meter(kRate, 2 * kBlock);
    Frames lost = 0;
    for (int i = 0; i < 360'000; ++i) {
      lost += meter.on_callback(Nanoseconds(static_cast<std::int64_t>(i * 1e7 * (1 + drift))), kBlock);
    }
    EXPECT_EQ(lost, 0) << "drift " << drift;
  }
}

TEST(GapMeter, LateWithinTheBufferAndThenQuickLosesNothing) {
  GapMeter meter(kRate, 4 * kBlock);
  Nanoseconds now{};
  Frames lost = 0;
  for (int round = 0; round < 1000; ++round) {
    lost += meter.on_callback(now, kBlock);
    lost += meter.on_callback(now + 3 * kPeriod, kBlock);
    lost += meter.on_callback(now + 3 * kPeriod, kBlock);
    now += 3 * kPeriod;
  }
  EXPECT_EQ(lost, 0);
}

TEST(GapMeter, AStallCostsItsLengthLessTheBuffer) {
  GapMeter meter(kRate, 2 * kBlock);
  Frames lost = 0;
  for (int i = 0; i < 10; ++i) lost += meter.on_callback(i * kPeriod, kBlock);
  lost += meter.on_callback(9 * kPeriod + std::chrono::milliseconds(1200), kBlock);
  // 1.2 s are 57,600 frames, of which the buffer held 960; the drift allowance takes 0.1 %.
  EXPECT_NEAR(static_cast<double>(lost), 57'600 - 2 * kBlock, 60);
  EXPECT_EQ(meter.on_callback(10 * kPeriod + std::chrono::milliseconds(1200), kBlock), 0);
}

}  // namespace
}  // namespace segue::output
