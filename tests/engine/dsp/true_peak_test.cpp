// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/true_peak.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/dsp/figures.h"

namespace segue::dsp {
namespace {

using namespace figures;

double peak_db(const std::vector<float>& signal, int block_frames = 64) {
  TruePeakMeter meter;
  auto left = signal;
  std::vector<float> right(signal.size());
  in_blocks(left, right, block_frames, [&](StereoBlock block) { meter.process(block); });
  EXPECT_EQ(meter.peak(1), 0.0F);
  return to_db(meter.peak(0));
}

// A tone that begins and ends softly: what a hard edge adds is not the tone's peak.
std::vector<float> soft_tone(double cycles_per_frame, double amplitude) {
  auto signal = tone(4'000, cycles_per_frame, amplitude);
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const double u = static_cast<double>(i) / static_cast<double>(signal.size() - 1);
    signal[i] *= static_cast<float>(std::pow(std::sin(3.14159265358979 * u), 0.2));
  }
  return signal;
}

TEST(TruePeak, FindsWhatLiesBetweenSamples) {
  for (const double cycles : {0.001, 0.0999, 0.1667, 0.25, 0.3331, 0.4, 0.43}) {
    EXPECT_NEAR(peak_db(soft_tone(cycles, 0.5)), to_db(0.5), 0.2) << "dB at " << cycles << " of the sample rate";
  }
  // All samples of this one are 3 dB below its peak.
  auto quarter = soft_tone(0.25, 1.0);
  for (std::size_t i = 0; i < quarter.size(); ++i) {
    const float sign = i % 4 < 2 ? 1.0F : -1.0F;
    quarter[i] = sign * 0.70710678F * static_cast<float>(std::sin(3.14159265358979 * static_cast<double>(i) / 3'999.0));
  }
  EXPECT_NEAR(peak_db(quarter), 0.0, 0.05);
}

TEST(TruePeak, ReadsNoLowerThanLibebur128) {
  for (const LoudSignal& signal : loud_signals(48'000)) {
    EXPECT_GE(peak_db(signal.left), reference_true_peak_db(signal.left, signal.right, 48'000) - 0.01) << signal.name;
  }
}

TEST(TruePeak, CoarseLookBoundsTheWhole) {
  const TruePeakFilter filter;
  std::mt19937 random(3);
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  double worst = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<float> signal(static_cast<std::size_t>(64 + TruePeakFilter::kTaps));
    // White noise, sparse pulses, and a tone next to half the sample rate in turn.
    for (std::size_t i = 0; i < signal.size(); ++i) {
      const float noise = uniform(random);
      if (round % 3 == 0) signal[i] = noise;
      if (round % 3 == 1) signal[i] = std::abs(noise) > 0.9F ? noise : 0.0F;
      if (round % 3 == 2)
        signal[i] = std::sin(static_cast<float>(i) * (2.6F + static_cast<float>(round % 97) / 194.0F) + noise / 50);
    }
    float coarse[64] = {};
    float whole[64] = {};
    filter.raise_coarsely(coarse, signal.data() + TruePeakFilter::kBefore, 64);
    filter.raise(whole, signal.data() + TruePeakFilter::kBefore, 64);
    worst = std::max(worst, double{*std::max_element(whole, whole + 64)} / *std::max_element(coarse, coarse + 64));
  }
  EXPECT_LT(worst, TruePeakFilter::kCoarseMiss);
  EXPECT_GT(worst, 1.1) << "a look that misses nothing is no coarse one";
}

TEST(TruePeak, GoesOnBehindWhatItLetPass) {
  // A peak that straddles the border between what passed and what is measured is found all the same.
  std::vector<float> signal(512);
  for (std::size_t i = 0; i < signal.size(); ++i) signal[i] = (i / 2) % 2 == 0 ? 0.7F : -0.7F;
  for (const int passed : {8, 40, 200}) {
    TruePeakMeter whole;
    TruePeakMeter late;
    std::vector<float> right(signal.size());
    const StereoBlock block{signal.data(), right.data(), 512};
    whole.process(block.slice(0, passed));
    whole.reset();
    late.pass(block.slice(0, passed));
    whole.process(block.slice(passed, 512 - passed));
    late.process(block.slice(passed, 512 - passed));
    EXPECT_EQ(late.peak(0), whole.peak(0)) << passed;
  }
}

TEST(TruePeak, DoesNotDependOnHowFramesAreSplit) {
  const auto signal = loud_signals(48'000)[7].left;
  const double whole = peak_db(signal, 1 << 20);
  for (const int block_frames : {1, 7, 64, 100}) EXPECT_EQ(peak_db(signal, block_frames), whole) << block_frames;
}

TEST(TruePeak, StartsAfreshAfterReset) {
  TruePeakMeter meter;
  std::vector<float> loud(100, 1.0F);
  meter.process({loud.data(), loud.data(), 100});
  EXPECT_GE(meter.peak(0), 1.0F);
  std::vector<float> silence(100);
  meter.process({silence.data(), silence.data(), 100});
  meter.reset();
  meter.process({silence.data(), silence.data(), 100});
  EXPECT_EQ(meter.peak(0), 0.0F);
}

}  // namespace
}  // namespace segue::dsp
