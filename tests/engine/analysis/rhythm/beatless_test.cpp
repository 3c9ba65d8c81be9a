// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <gtest/gtest.h>

#include "tests/engine/analysis/rhythm/drum_machine.h"

namespace segue::test {
namespace {

// What has no beat is not given one with confidence.
void expect_unsure(const DrumMachine& music, const char* what) {
  const model::Rhythm rhythm = rhythm_of(music);
  EXPECT_LT(rhythm.confidence, 0.25) << what << ": " << rhythm.bpm << " BPM";
  if (rhythm.bpm == 0) {
    EXPECT_TRUE(rhythm.grid.empty()) << what;
    EXPECT_TRUE(rhythm.beats_s.empty()) << what;
  }
}

TEST(RhythmBeatless, SilenceHasNone) {
  const model::Rhythm rhythm = rhythm_of(DrumMachine(44'100, 30));
  EXPECT_EQ(rhythm.bpm, 0);
  EXPECT_EQ(rhythm.confidence, 0);
  EXPECT_TRUE(rhythm.grid.empty());
  EXPECT_TRUE(rhythm.beats_s.empty());
}

TEST(RhythmBeatless, NothingHasNone) { EXPECT_EQ(rhythm_of(DrumMachine(44'100, 0)).bpm, 0); }

TEST(RhythmBeatless, NoiseIsUnsure) {
  DrumMachine music(44'100, 40);
  music.noise(0.3);
  expect_unsure(music, "noise");
}

TEST(RhythmBeatless, ConstantOffsetHasNone) {
  DrumMachine music(44'100, 20);
  music.offset(0.7);
  expect_unsure(music, "offset");
}

TEST(RhythmBeatless, OneNoteIsUnsure) {
  DrumMachine music(44'100, 30);
  music.bass(2, 20, 220);
  expect_unsure(music, "one note");
}

TEST(RhythmBeatless, FifthOfASecondHasNone) {
  DrumMachine music(44'100, 0.2);
  music.kick(0.05);
  EXPECT_EQ(rhythm_of(music).bpm, 0);
}

TEST(RhythmBeatless, StrayHitsAreUnsure) {
  DrumMachine music(44'100, 60);
  double at = 0.5;
  unsigned seed = 12'345;
  while (at < 59) {
    seed = seed * 1'664'525U + 1'013'904'223U;
    at += 0.15 + 0.9 * static_cast<double>(seed >> 8U) / 16'777'216.0;
    music.snare(at);
  }
  expect_unsure(music, "stray hits");
}

}  // namespace
}  // namespace segue::test
