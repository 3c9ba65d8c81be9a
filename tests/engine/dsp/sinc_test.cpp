// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/sinc.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "engine/dsp/raised_cosine.h"
#include "tests/engine/dsp/figures.h"

namespace segue::dsp {
namespace {

using namespace figures;

class Varispeed : public testing::TestWithParam<double> {};

TEST_P(Varispeed, KeepsTonesPure) {
  const VarispeedWorst worst = varispeed_worst(GetParam());
  ASSERT_TRUE(std::isfinite(worst.thd_noise_db));
  EXPECT_LE(worst.thd_noise_db, -100.0) << "worst THD+N of tones that come out at 20 kHz or less, in dB";
}

TEST_P(Varispeed, RemovesWhatWouldFold) {
  const VarispeedWorst worst = varispeed_worst(GetParam());
  EXPECT_LE(worst.leak_db, -100.0) << "all that is left of tones that would come out above 24 kHz, in dB";
}

TEST_P(Varispeed, IsFlatToEighteenKilohertzOfItsOutput) {
  const double rate = std::fabs(GetParam());
  for (const double out_hz : {100.0, 5'000.0, 12'000.0, 18'000.0}) {
    const double tone_hz = std::min(out_hz, out_hz / rate);
    EXPECT_NEAR(varispeed_gain_db({tone_hz, GetParam()}), 0.0, 0.01) << "gain in dB at " << tone_hz << " Hz";
  }
}

INSTANTIATE_TEST_SUITE_P(Rates, Varispeed,
                         testing::Values(0.03, 0.5, 0.94, 0.999, 1.0, 1.001, 1.02, 1.06, 1.2599, 1.3334, 1.5, 1.73, 2.0,
                                         2.5, 4.0, 7.9, 8.0, -0.94, -1.5));

TEST(SincBank, IsExactAtIntegerPositionsUpToNormalSpeed) {
  const SincBank& bank = SincBank::shared();
  const auto source = tone(400, 0.123456, 0.9);
  for (const double rate : {1.0, -1.0, 0.0}) {
    std::vector<float> left(100);
    std::vector<float> right(100);
    bank.interpolate(source.data(), source.data(), 200.0, rate, {left.data(), right.data(), 100});
    for (int i = 0; i < 100; ++i) {
      const auto at = static_cast<std::size_t>(200 + i * static_cast<int>(rate));
      ASSERT_EQ(left[static_cast<std::size_t>(i)], source[at]) << "frame " << i << " at rate " << rate;
    }
  }
}

TEST(SincBank, DoesNotMoveSoundWhenTheRateChanges) {
  // A smooth bump must have its centre where it is in the track, whatever the kernel.
  const SincBank& bank = SincBank::shared();
  std::vector<float> source(4'000);
  for (int i = 0; i < 200; ++i) source[static_cast<std::size_t>(1'900 + i)] = fade_in(i < 100 ? i : 200 - i, 100);
  for (const double rate : {0.5, 1.0, 1.01, 1.06, 1.7, 2.0, 3.0, 5.0, 8.0}) {
    const int count = 2 * static_cast<int>(200.0 / rate);
    std::vector<float> left(static_cast<std::size_t>(count));
    std::vector<float> right(left.size());
    const double start = 2'000.0 - rate * count / 2;
    bank.interpolate(source.data(), source.data(), start, rate, {left.data(), right.data(), count});
    double moment = 0.0;
    double area = 0.0;
    for (int i = 0; i < count; ++i) {
      const double value = left[static_cast<std::size_t>(i)];
      moment += value * (start + i * rate - 2'000.0);
      area += value;
    }
    EXPECT_NEAR(moment / area, 0.0, 0.01) << "frames off at rate " << rate;
  }
}

TEST(SincBank, ReadsOnlyWhatItSaysItReaches) {
  const SincBank& bank = SincBank::shared();
  for (const double rate : {0.7, 1.0, 1.06, 2.3, 8.0, -1.3}) {
    const int reach = bank.reach(rate);
    constexpr int kFrames = 50;
    const double position = rate < 0 ? 400.4 : 600.4;
    const double last = position + (kFrames - 1) * rate;
    const int lowest = static_cast<int>(std::floor(std::min(position, last))) - reach + 1;
    const int highest = static_cast<int>(std::floor(std::max(position, last))) + reach;
    // What must not be read is NaN and would spread.
    std::vector<float> source(2'000, std::nanf(""));
    for (int i = lowest; i <= highest; ++i) source[static_cast<std::size_t>(i)] = 0.5F;
    std::vector<float> left(kFrames);
    std::vector<float> right(kFrames);
    bank.interpolate(source.data(), source.data(), position, rate, {left.data(), right.data(), kFrames});
    for (const float x : left) ASSERT_NEAR(x, 0.5F, 1e-5F) << "at rate " << rate;
    ASSERT_EQ(left, right);
  }
}

TEST(SincBank, TreatsChannelsApart) {
  const SincBank& bank = SincBank::shared();
  const auto source = tone(500, 0.01, 0.9);
  const std::vector<float> silence(500);
  std::vector<float> left(64);
  std::vector<float> right(64);
  bank.interpolate(source.data(), silence.data(), 200.3, 1.06, {left.data(), right.data(), 64});
  EXPECT_GT(rms(left), 0.1);
  EXPECT_EQ(right, std::vector<float>(64));
}

TEST(SincBank, GivesTheSameFramesWhereverACallBegins) {
  const SincBank& bank = SincBank::shared();
  const auto source = tone(1'000, 0.0234, 0.9);
  // A rate that sums exactly in double, as positions come from a closed form and not from sums.
  constexpr double kRate = 1.0625;
  std::vector<float> whole(256);
  std::vector<float> parts(256);
  std::vector<float> unused(256);
  bank.interpolate(source.data(), source.data(), 300.5, kRate, {whole.data(), unused.data(), 256});
  for (int from = 0; from < 256;) {
    const int count = std::min(1 + from % 37, 256 - from);
    bank.interpolate(source.data(), source.data(), 300.5 + from * kRate, kRate,
                     {parts.data() + from, unused.data() + from, count});
    from += count;
  }
  EXPECT_EQ(whole, parts);
}

}  // namespace
}  // namespace segue::dsp
