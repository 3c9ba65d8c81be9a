// SPDX-License-Identifier: GPL-3.0-or-later
#include <vector>

#include <gtest/gtest.h>

#include "engine/dsp/isolator.h"
#include "engine/dsp/limiter.h"
#include "engine/dsp/meter.h"
#include "engine/dsp/ramp.h"
#include "engine/dsp/resampler.h"
#include "engine/dsp/sinc.h"
#include "tests/engine/dsp/figures.h"
#include "tests/support/realtime/trap.h"

namespace segue::dsp {
namespace {

constexpr int kRateHz = 48'000;

TEST(Realtime, NothingHereAllocatesOrWaits) {
  const SincBank& bank = SincBank::shared();
  const Resampler resampler = Resampler::create(44'100, kRateHz);
  const auto source = figures::tone(4'000, 0.03, 1.5);
  std::vector<float> left(64);
  std::vector<float> right(64);
  const StereoBlock block{left.data(), right.data(), 64};
  Ramp ramp(240, 0.0F);
  Isolator isolator(kRateHz);
  TruePeakLimiter limiter(kRateHz, -1.0);
  LevelMeter meter(kRateHz);
  TruePeakMeter true_peak;

  test::RealtimeTrap::reset();
  {
    test::RealtimeScope scope;
    ramp.aim(1.0F);
    isolator.set_active(true);
    for (int i = 0; i < 200; ++i) {
      bank.interpolate(source.data(), source.data(), 1'000.0 + i, 0.5 + 0.01 * i, block);
      resampler.process(source.data(), 0, 500 + i, 64, right.data());
      if (i == 20) isolator.set_gain(Isolator::kLow, 0.0F);
      ramp.apply(block);
      isolator.process(block);
      limiter.process(block);
      meter.process(block);
      true_peak.process(block);
    }
    isolator.set_active(false);
    isolator.reset_if_silent();
  }
  EXPECT_EQ(test::RealtimeTrap::violations(), 0U) << test::RealtimeTrap::report();
  EXPECT_GT(meter.peak(0), 0.0F) << "something was processed";
}

}  // namespace
}  // namespace segue::dsp
