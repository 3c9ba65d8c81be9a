// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/limiter.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/dsp/figures.h"

namespace segue::dsp {
namespace {

using namespace figures;

constexpr int kRateHz = 48'000;
constexpr double kCeilingDb = -1.0;

std::vector<float> limit(TruePeakLimiter& limiter, std::vector<float> left, int block_frames = 64) {
  auto right = left;
  in_blocks(left, right, block_frames, [&](StereoBlock block) { limiter.process(block); });
  EXPECT_EQ(left, right);
  return left;
}

TEST(Limiter, KeepsTruePeaksBelowTheCeiling) {
  for (const int rate_hz : {44'100, 48'000}) {
    for (LoudSignal& signal : loud_signals(rate_hz)) {
      TruePeakLimiter limiter(rate_hz, kCeilingDb);
      in_blocks(signal.left, signal.right, 64, [&](StereoBlock block) { limiter.process(block); });
      const double peak = reference_true_peak_db(signal.left, signal.right, rate_hz);
      EXPECT_LE(peak, kCeilingDb + 0.1) << signal.name << " at " << rate_hz << " Hz, true peak in dB";
      EXPECT_GE(peak, kCeilingDb - 1.2) << signal.name << ": more was taken away than needed";
    }
  }
}

TEST(Limiter, DelaysBitForBitWhileNothingIsTooLoud) {
  TruePeakLimiter limiter(kRateHz, kCeilingDb);
  const auto signal = tone(10'000, 0.0371, 0.85);
  const auto out = limit(limiter, signal);
  const auto delay = static_cast<std::size_t>(limiter.latency_frames());
  for (std::size_t i = 0; i < delay; ++i) ASSERT_EQ(out[i], 0.0F);
  for (std::size_t i = delay; i < out.size(); ++i) ASSERT_EQ(out[i], signal[i - delay]) << "frame " << i;
  EXPECT_EQ(limiter.gain(), 1.0F);
}

TEST(Limiter, DelaysLessThanTwoMilliseconds) {
  for (const int rate_hz : {44'100, 48'000, 96'000, 192'000}) {
    EXPECT_LE(TruePeakLimiter(rate_hz, kCeilingDb).latency_frames() * 1'000.0 / rate_hz, 2.0) << rate_hz << " Hz";
  }
}

TEST(Limiter, ReturnsToExactlyOne) {
  TruePeakLimiter limiter(kRateHz, kCeilingDb);
  auto signal = tone(20 * kRateHz, 0.0371, 0.5);
  for (std::size_t i = 0; i < kRateHz; ++i) signal[i] *= 4.0F;
  const auto out = limit(limiter, signal);
  const auto delay = static_cast<std::size_t>(limiter.latency_frames());
  std::size_t last_changed = 0;
  for (std::size_t i = delay; i < out.size(); ++i) {
    if (out[i] != signal[i - delay]) last_changed = i;
  }
  EXPECT_GT(last_changed, static_cast<std::size_t>(kRateHz)) << "the release takes time";
  EXPECT_LT(last_changed, 10 * static_cast<std::size_t>(kRateHz)) << "the last frame that was reduced";
  EXPECT_EQ(limiter.gain(), 1.0F);
}

TEST(Limiter, ReleasesASinglePeakSoonerThanDenseMaterial) {
  // Frames until a quiet tone has its level again within 0.1 dB.
  const auto recovery = [](int loud_frames) {
    TruePeakLimiter limiter(kRateHz, kCeilingDb);
    std::vector<float> signal(static_cast<std::size_t>(loud_frames), 2.0F);
    signal.resize(signal.size() + 5 * kRateHz, 0.1F);
    const auto out = limit(limiter, signal);
    std::size_t i = out.size() - 1;
    while (out[i] > 0.1F * 0.9886F) --i;
    return static_cast<int>(i) - loud_frames;
  };
  const int single = recovery(1);
  const int dense = recovery(2 * kRateHz);
  EXPECT_GE(single, kRateHz / 20) << "frames; a release below 50 ms distorts";
  EXPECT_LE(single, kRateHz / 2) << "frames";
  EXPECT_GE(dense, 2 * single) << "frames";
}

TEST(Limiter, DoesNotFollowTheWaveOfTheBass) {
  for (const double hz : {45.0, 60.0, 100.0, 250.0, 997.0}) {
    TruePeakLimiter limiter(kRateHz, kCeilingDb);
    const auto out = limit(limiter, tone(6 * kRateHz, hz / kRateHz, 1.7825019));
    const std::vector<float> settled(out.end() - kRateHz, out.end());
    EXPECT_LE(fit_sine(settled, hz / kRateHz).thd_noise_db(), -80.0) << "THD+N in dB at " << hz << " Hz, 6 dB over";
  }
}

TEST(Limiter, DoesNotDependOnHowFramesAreSplit) {
  const auto signals = loud_signals(kRateHz);
  for (const std::size_t which : {8UL, 9UL, 11UL}) {
    TruePeakLimiter limiter(kRateHz, kCeilingDb);
    const auto whole = limit(limiter, signals[which].left, 1 << 20);
    for (const int block_frames : {1, 16, 64, 100, 480}) {
      TruePeakLimiter other(kRateHz, kCeilingDb);
      EXPECT_EQ(limit(other, signals[which].left, block_frames), whole)
          << signals[which].name << " in blocks of " << block_frames;
    }
  }
}

TEST(Limiter, ReducesBothChannelsAlike) {
  TruePeakLimiter limiter(kRateHz, kCeilingDb);
  auto left = tone(5'000, 0.01, 2.0);
  auto right = tone(5'000, 0.01, 0.2);
  in_blocks(left, right, 64, [&](StereoBlock block) { limiter.process(block); });
  for (std::size_t i = 200; i < left.size(); ++i) ASSERT_NEAR(left[i], 10.0F * right[i], 1e-5F) << "frame " << i;
}

TEST(Limiter, ChangesItsGainSmoothly) {
  TruePeakLimiter limiter(kRateHz, kCeilingDb);
  std::vector<float> left(4'000, 0.1F);
  for (std::size_t i = 2'000; i < 4'000; ++i) left[i] = 1.5F;
  const auto out = limit(limiter, left);
  double worst = 0.0;
  const auto edge = static_cast<std::size_t>(2'000 + limiter.latency_frames());
  for (std::size_t i = 1'000; i + 20 < edge; ++i) worst = std::max(worst, std::fabs(to_db(out[i + 1] / out[i])));
  EXPECT_LE(worst, 0.2) << "dB per frame on the way down";
  EXPECT_GE(to_db(0.1 / out[edge - 20]), 3.0) << "dB taken before the edge arrives";
}

TEST(Limiter, ReportsTheLowestGainOfACall) {
  TruePeakLimiter limiter(kRateHz, kCeilingDb);
  const auto loud = tone(9'600, 997.0 / kRateHz, 1.7825019);  // 6.02 dB above the ceiling
  limit(limiter, loud);
  EXPECT_NEAR(to_db(limiter.gain()), -6.02, 0.1);
  limit(limiter, std::vector<float>(10 * kRateHz));
  limit(limiter, std::vector<float>(64));
  EXPECT_EQ(limiter.gain(), 1.0F);
}

TEST(Limiter, SurvivesWhatIsNotANumber) {
  TruePeakLimiter limiter(kRateHz, kCeilingDb);
  std::vector<float> signal(4'000, 0.3F);
  signal[500] = std::nanf("");
  const auto out = limit(limiter, std::vector<float>(100, 0.3F));
  auto left = signal;
  auto right = signal;
  in_blocks(left, right, 64, [&](StereoBlock block) { limiter.process(block); });
  for (std::size_t i = 1'000; i < left.size(); ++i) ASSERT_EQ(left[i], 0.3F) << "frame " << i;
  EXPECT_EQ(limiter.gain(), 1.0F);
}

}  // namespace
}  // namespace segue::dsp
