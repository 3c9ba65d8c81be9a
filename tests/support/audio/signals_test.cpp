// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/audio/signals.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/audio/compare.h"
#include "tests/support/audio/measure.h"

namespace segue::test {
namespace {

TEST(Signals, AreTheSameForTheSameSeedOnly) {
  EXPECT_EQ(noise(1000, 0.5, 3), noise(1000, 0.5, 3));
  EXPECT_NE(noise(1000, 0.5, 3), noise(1000, 0.5, 4));
  EXPECT_FALSE(first_difference(music(10'000, {.seed = 2}), music(10'000, {.seed = 2})).has_value());
}

TEST(Signals, IntegerNoiseHoldsIntegersOnly) {
  for (const int bits : {16, 24}) {
    for (const float value : integer_noise(1000, bits, 0.9, 1)) {
      const double scaled = std::ldexp(static_cast<double>(value), bits - 1);
      ASSERT_EQ(scaled, std::round(scaled)) << bits;
    }
  }
}

TEST(Signals, MusicKicksOnTheBeat) {
  const auto audio = music(48'000 * 8, {.bpm = 120, .has_hats = false});
  // Frames after a beat are louder than those before it, for each of the first beats but the one at frame 0.
  for (Frames beat = 1; beat < 15; ++beat) {
    const auto at = static_cast<std::size_t>(beat * 24'000);
    const std::span<const float> left(audio.left);
    EXPECT_GT(rms(left.subspan(at, 2400)), 1.5 * rms(left.subspan(at - 2400, 2400))) << beat;
  }
  EXPECT_LE(peak(audio.left), 0.5);
}

TEST(Signals, ChirpGoesFromOneFrequencyToTheOther) {
  const auto signal = chirp(480'000, 100, 10'000, 48'000);
  const std::span<const float> all(signal);
  EXPECT_NEAR(spectrum_of(all.first(4096), 48'000).loudest(20, 20'000).hz, 102, 15);
  EXPECT_NEAR(spectrum_of(all.last(4096), 48'000).loudest(20, 20'000).hz, 9800, 250);
}

TEST(Signals, ImpulseIsOneFrame) {
  const auto signal = impulse(100, 7, 0.5F);
  EXPECT_EQ(signal[7], 0.5F);
  EXPECT_DOUBLE_EQ(rms(signal), 0.05);
}

}  // namespace
}  // namespace segue::test
