// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "tests/engine/analysis/rhythm/drum_machine.h"

namespace segue::test {
namespace {

// Distance of the nearest onset in milliseconds, with its sign.
double nearest_ms(const std::vector<double>& onsets, double at_s) {
  double best = 1e9;
  for (const double onset : onsets) {
    if (std::abs(onset - at_s) < std::abs(best)) best = onset - at_s;
  }
  return 1000 * best;
}

TEST(Onsets, DrumsAreExactToTheMillisecond) {
  for (const int sample_rate_hz : {44'100, 48'000, 96'000}) {
    DrumMachine music(sample_rate_hz, 12);
    std::vector<double> hits;
    for (int i = 0; i < 12; ++i) {
      const double at = 0.5 + i * 0.8917;
      if (i % 3 == 0) music.kick(at);
      if (i % 3 == 1) music.snare(at);
      if (i % 3 == 2) music.hat(at);
      hits.push_back(at);
    }
    const std::vector<double> onsets = onsets_of(music);
    EXPECT_EQ(onsets.size(), hits.size()) << sample_rate_hz;
    for (const double hit : hits) EXPECT_LT(std::abs(nearest_ms(onsets, hit)), 1.0) << sample_rate_hz << ", at " << hit;
  }
}

TEST(Onsets, AreInOrderAndApart) {
  DrumMachine music(44'100, 20);
  for (double at = 0.1; at < 20; at += 0.11) music.snare(at);
  const std::vector<double> onsets = onsets_of(music);
  ASSERT_GT(onsets.size(), 100U);
  for (std::size_t i = 1; i < onsets.size(); ++i) EXPECT_GE(onsets[i] - onsets[i - 1], 0.0199);
}

TEST(Onsets, SustainedSoundHasNoneInside) {
  DrumMachine music(44'100, 10);
  music.bass(1, 8, 110);
  for (const double onset : onsets_of(music)) EXPECT_NEAR(onset, 1, 0.02);
}

}  // namespace
}  // namespace segue::test
