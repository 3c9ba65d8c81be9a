// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "tests/engine/analysis/rhythm/drum_machine.h"

namespace segue::test {
namespace {

// Four to the floor with a clap-like backbeat and hats between.
DrumMachine house(double bpm, double first_s, double seconds, int sample_rate_hz = 44'100) {
  DrumMachine music(sample_rate_hz, seconds);
  const double period_s = 60 / bpm;
  int beat = 0;
  for (double at = first_s; at < seconds; at += period_s, ++beat) {
    music.kick(at);
    if (beat % 2 == 1) music.snare(at);
    music.hat(at + period_s / 2);
  }
  return music;
}

TEST(Rhythm, TellsTempoAndPhaseOfHouse) {
  for (const double bpm : {118.37, 126.0, 133.333}) {
    const model::Rhythm rhythm = rhythm_of(house(bpm, 0.31, 60));
    EXPECT_NEAR(rhythm.bpm, bpm, 0.01);
    const BeatError error = beat_error(rhythm, 0.31, 60 / bpm);
    EXPECT_LT(error.max_ms, 2) << "at " << bpm << ", median " << error.median_ms << " ms";
    EXPECT_TRUE(rhythm.is_constant);
  }
}

TEST(Rhythm, SilenceHasNone) {
  const model::Rhythm rhythm = rhythm_of(DrumMachine(44'100, 30));
  EXPECT_EQ(rhythm.bpm, 0);
  EXPECT_EQ(rhythm.confidence, 0);
  EXPECT_TRUE(rhythm.grid.empty());
  EXPECT_TRUE(rhythm.beats_s.empty());
}

TEST(Rhythm, BlocksMakeNoDifference) {
  const DrumMachine music = house(124.5, 0.1, 20);
  const model::Rhythm one = rhythm_of(music, {}, 7);
  const model::Rhythm other = rhythm_of(music, {}, 100'000);
  EXPECT_EQ(one.bpm, other.bpm);
  EXPECT_EQ(one.beats_s, other.beats_s);
}

}  // namespace
}  // namespace segue::test
