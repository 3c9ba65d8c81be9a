// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/isolator.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/dsp/figures.h"

namespace segue::dsp {
namespace {

using namespace figures;

constexpr int kRateHz = 48'000;
using Gains = std::array<float, 3>;

void process(Isolator& isolator, std::vector<float>& left, std::vector<float>& right, int block_frames = 64) {
  in_blocks(left, right, block_frames, [&](StereoBlock block) { isolator.process(block); });
}

// One that is in the path with settled gains.
Isolator touched(const Gains& gains, int rate_hz = kRateHz) {
  Isolator isolator(rate_hz);
  for (int band = 0; band < 3; ++band) isolator.set_gain(band, 0.5F);
  for (int band = 0; band < 3; ++band) isolator.set_gain(band, gains[static_cast<std::size_t>(band)]);
  return isolator;
}

std::vector<float> impulse_response(const Gains& gains, int rate_hz = kRateHz) {
  Isolator isolator = touched(gains, rate_hz);
  std::vector<float> left(static_cast<std::size_t>(rate_hz));
  std::vector<float> right(left.size());
  left[0] = 1.0F;
  process(isolator, left, right);
  EXPECT_EQ(right, std::vector<float>(right.size())) << "channels must not leak";
  return left;
}

TEST(Isolator, SumsFlat) {
  for (const int rate_hz : {44'100, 48'000, 96'000}) {
    const auto response = impulse_response({1, 1, 1}, rate_hz);
    double worst = 0.0;
    for (double hz = 20.0; hz <= 20'000.0; hz *= 1.05) {
      worst = std::max(worst, std::fabs(response_db(response, hz, rate_hz)));
    }
    EXPECT_LE(worst, 0.01) << "ripple in dB at " << rate_hz << " Hz";
  }
}

TEST(Isolator, KillsTheLowBand) {
  const auto response = impulse_response({0, 1, 1});
  EXPECT_LE(response_db(response, 60.0, kRateHz), -90.0) << "dB at 60 Hz";
  EXPECT_LE(response_db(response, 100.0, kRateHz), -60.0) << "dB at 100 Hz";
  EXPECT_NEAR(response_db(response, 1'000.0, kRateHz), 0.0, 0.05) << "dB at 1 kHz";
}

TEST(Isolator, KillsTheMiddleAndTheHighBand) {
  const auto no_mid = impulse_response({1, 0, 1});
  EXPECT_LE(response_db(no_mid, 780.0, kRateHz), -60.0) << "dB between the splits";
  EXPECT_NEAR(response_db(no_mid, 60.0, kRateHz), 0.0, 0.05) << "dB at 60 Hz";
  EXPECT_NEAR(response_db(no_mid, 12'000.0, kRateHz), 0.0, 0.05) << "dB at 12 kHz";
  const auto no_high = impulse_response({1, 1, 0});
  EXPECT_LE(response_db(no_high, 8'000.0, kRateHz), -60.0) << "dB at 8 kHz";
}

TEST(Isolator, WithAllBandsKilledIsSilent) {
  Isolator isolator = touched({0, 0, 0});
  auto left = tone(4'800, 0.01, 1.0);
  auto right = left;
  process(isolator, left, right);
  EXPECT_EQ(rms(left), 0.0);
}

TEST(Isolator, AppliesTheGainOfABand) {
  const auto response = impulse_response({2, 0.5F, 0.25F});
  EXPECT_NEAR(response_db(response, 50.0, kRateHz), 6.02, 0.02);
  EXPECT_NEAR(response_db(response, 780.0, kRateHz), -6.02, 0.02);
  EXPECT_NEAR(response_db(response, 12'000.0, kRateHz), -12.04, 0.02);
}

TEST(Isolator, AddsNoNoise) {
  for (const double hz : {55.0, 246.0, 997.0, 2'484.0, 9'973.0}) {
    Isolator isolator = touched({1, 1, 1});
    auto left = tone(2 * kRateHz, hz / kRateHz, 1.0);
    auto right = left;
    process(isolator, left, right);
    const std::vector<float> settled(left.end() - kRateHz, left.end());
    EXPECT_LE(to_db(fit_sine(settled, hz / kRateHz).residual_rms), -140.0) << "residual in dBFS at " << hz << " Hz";
  }
}

TEST(Isolator, UntouchedPassesEveryBit) {
  Isolator isolator(kRateHz);
  isolator.set_active(true);
  isolator.set_gain(Isolator::kLow, 1.0F);
  auto left = tone(5'000, 0.0123, 0.9);
  auto right = tone(5'000, 0.3, 0.9);
  const auto left_before = left;
  const auto right_before = right;
  process(isolator, left, right);
  EXPECT_FALSE(isolator.is_in_path());
  EXPECT_EQ(left, left_before);
  EXPECT_EQ(right, right_before);
}

TEST(Isolator, DoesNotDependOnHowFramesAreSplit) {
  const auto run = [](int block_frames) {
    Isolator isolator(kRateHz);
    isolator.set_active(true);
    auto left = tone(6'000, 0.0123, 0.9);
    auto right = tone(6'000, 0.2, 0.9);
    const auto part = [&](int from, int to) {
      for (int at = from; at < to; at += block_frames) {
        isolator.process({left.data() + at, right.data() + at, std::min(block_frames, to - at)});
      }
    };
    part(0, 1'000);
    isolator.set_gain(Isolator::kLow, 0.0F);
    part(1'000, 1'100);
    isolator.set_gain(Isolator::kHigh, 1.5F);
    part(1'100, 6'000);
    left.insert(left.end(), right.begin(), right.end());
    return left;
  };
  const auto whole = run(6'000);
  for (const int block_frames : {1, 16, 64, 480})
    EXPECT_EQ(run(block_frames), whole) << "in blocks of " << block_frames;
}

// The largest second difference of a 60 Hz tone while something happens at frame 2,000: of the tone itself it is
// 6e-5, and a step of 0.001 would show as such.
double roughness(const std::vector<float>& signal) {
  double worst = 0.0;
  for (std::size_t i = 1'000; i + 1 < signal.size(); ++i) {
    worst = std::max(worst, std::fabs(static_cast<double>(signal[i + 1]) - 2.0 * signal[i] + signal[i - 1]));
  }
  return worst;
}

TEST(Isolator, EntersAndMovesWithoutAClick) {
  Isolator isolator(kRateHz);
  isolator.set_active(true);
  auto left = tone(8'000, 60.0 / kRateHz, 1.0);
  auto right = left;
  const auto at = [&](int from, int to) { isolator.process({left.data() + from, right.data() + from, to - from}); };
  at(0, 2'000);
  isolator.set_gain(Isolator::kLow, 0.0F);
  EXPECT_TRUE(isolator.is_in_path());
  at(2'000, 4'000);
  isolator.set_gain(Isolator::kLow, 1.0F);
  at(4'000, 8'000);
  EXPECT_LE(roughness(left), 4e-4) << "largest second difference; a fade over 5 ms bends the wave by 3e-4";
}

TEST(Isolator, TouchedWhileInactiveActsAtOnce) {
  Isolator isolator(kRateHz);
  isolator.set_gain(Isolator::kLow, 0.0F);
  isolator.set_gain(Isolator::kMid, 0.0F);
  isolator.set_gain(Isolator::kHigh, 0.0F);
  isolator.set_active(true);
  auto left = tone(64, 0.01, 1.0);
  auto right = left;
  process(isolator, left, right);
  EXPECT_EQ(rms(left), 0.0);
}

TEST(Isolator, LeavesThePathOnlyAtUnity) {
  Isolator isolator = touched({1, 0.5F, 1});
  isolator.reset_if_silent();
  EXPECT_TRUE(isolator.is_in_path());
  isolator.set_gain(Isolator::kMid, 1.0F);
  isolator.reset_if_silent();
  EXPECT_FALSE(isolator.is_in_path());
  isolator.set_active(true);
  auto left = tone(500, 0.1, 1.0);
  auto right = left;
  const auto before = left;
  process(isolator, left, right);
  EXPECT_EQ(left, before);
}

TEST(Isolator, StartsAfreshAfterSilence) {
  // What a channel played before must not sound in what it plays next.
  const auto run = [](bool had_a_past) {
    Isolator isolator(kRateHz);
    isolator.set_active(true);
    std::vector<float> past(3'000, 1.0F);
    std::vector<float> past_right(3'000, 1.0F);
    if (had_a_past) process(isolator, past, past_right);
    isolator.set_active(false);
    isolator.set_active(true);
    auto left = tone(3'000, 0.02, 0.5);
    auto right = left;
    const auto at = [&](int from, int to) { isolator.process({left.data() + from, right.data() + from, to - from}); };
    at(0, 1'000);
    isolator.set_gain(Isolator::kHigh, 0.5F);
    at(1'000, 3'000);
    return left;
  };
  EXPECT_EQ(run(true), run(false));
}

}  // namespace
}  // namespace segue::dsp
