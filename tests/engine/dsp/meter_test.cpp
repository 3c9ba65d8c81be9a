// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/meter.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/dsp/figures.h"

namespace segue::dsp {
namespace {

using namespace figures;

constexpr int kRateHz = 48'000;

void feed(LevelMeter& meter, std::vector<float> left, int block_frames = 64) {
  std::vector<float> right(left.size());
  in_blocks(left, right, block_frames, [&](StereoBlock block) { meter.process(block); });
}

TEST(LevelMeter, StartsAtSilence) {
  LevelMeter meter(kRateHz);
  EXPECT_EQ(meter.peak(0), 0.0F);
  EXPECT_EQ(meter.rms(1), 0.0F);
}

TEST(LevelMeter, ShowsPeakAndRmsOfASine) {
  LevelMeter meter(kRateHz);
  feed(meter, tone(3 * kRateHz, 997.0 / kRateHz, 0.5));
  EXPECT_NEAR(to_db(meter.peak(0)), -6.02, 0.1);
  EXPECT_NEAR(to_db(meter.rms(0)), -9.03, 0.1);
  EXPECT_EQ(meter.peak(1), 0.0F) << "the other channel is silent";
  EXPECT_EQ(meter.rms(1), 0.0F);
}

TEST(LevelMeter, PeakFallsTwentyDecibelsASecond) {
  LevelMeter meter(kRateHz);
  feed(meter, {-0.8F});
  feed(meter, std::vector<float>(kRateHz));
  EXPECT_NEAR(to_db(meter.peak(0) / 0.8), -20.0, 0.2);
}

TEST(LevelMeter, RmsFollowsWithin300Milliseconds) {
  LevelMeter meter(kRateHz);
  feed(meter, std::vector<float>(kRateHz * 3 / 10, 1.0F));
  EXPECT_NEAR(meter.rms(0), std::sqrt(1.0 - std::exp(-1.0)), 0.005);
}

TEST(LevelMeter, ForgetsWhatIsNotANumber) {
  LevelMeter meter(kRateHz);
  feed(meter, {0.5F, std::nanf(""), 0.5F});
  feed(meter, std::vector<float>(3 * kRateHz, 0.25F));
  EXPECT_NEAR(meter.rms(0), 0.25, 0.001);
}

TEST(LevelMeter, DoesNotDependOnHowFramesAreSplit) {
  const auto signal = tone(10'000, 0.0123, 0.7);
  LevelMeter whole(kRateHz);
  feed(whole, signal, 1 << 20);
  for (const int block_frames : {1, 17, 64, 480}) {
    LevelMeter parts(kRateHz);
    feed(parts, signal, block_frames);
    EXPECT_EQ(parts.peak(0), whole.peak(0)) << "in blocks of " << block_frames;
    EXPECT_EQ(parts.rms(0), whole.rms(0)) << "in blocks of " << block_frames;
  }
}

}  // namespace
}  // namespace segue::dsp
