// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <string>

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

TEST(Rhythm, BlocksMakeNoDifference) {
  const DrumMachine music = house(124.5, 0.1, 20);
  const model::Rhythm one = rhythm_of(music, {}, 7);
  const model::Rhythm other = rhythm_of(music, {}, 100'000);
  EXPECT_EQ(one.bpm, other.bpm);
  EXPECT_EQ(one.beats_s, other.beats_s);
}

TEST(Rhythm, SampleRatesAgree) {
  const model::Rhythm one = rhythm_of(house(124.37, 0.25, 40, 44'100));
  for (const int sample_rate_hz : {8'000, 48'000, 96'000}) {
    const model::Rhythm other = rhythm_of(house(124.37, 0.25, 40, sample_rate_hz));
    EXPECT_NEAR(other.bpm, one.bpm, 0.01) << sample_rate_hz;
    EXPECT_NEAR(other.first_beat_s, one.first_beat_s, 0.003) << sample_rate_hz;
  }
}

TEST(Rhythm, BassAndHatsOffTheBeatDoNotMoveIt) {
  DrumMachine music(44'100, 60);
  const double period_s = 60 / 138.2;
  int beat = 0;
  for (double at = 0.4; at < 60; at += period_s, ++beat) {
    music.kick(at, 0.6);
    if (beat % 2 == 1) music.snare(at, 0.3);
    music.bass(at + period_s / 2, period_s * 0.45, 55, 0.5);
    music.hat(at + period_s / 2, 0.4);
  }
  const model::Rhythm rhythm = rhythm_of(music);
  EXPECT_NEAR(rhythm.bpm, 138.2, 0.01);
  const BeatError error = beat_error(rhythm, 0.4, period_s);
  EXPECT_LT(error.max_ms, 5) << "median " << error.median_ms << " ms";
}

TEST(Rhythm, BreakWithoutDrumsKeepsTheGrid) {
  DrumMachine music(44'100, 90);
  const double period_s = 60 / 127.3;
  int beat = 0;
  for (double at = 0.2; at < 90; at += period_s, ++beat) {
    if (at > 30 && at < 55) {
      if (beat % 8 == 0) music.bass(at, period_s * 8, 220, 0.2);
      continue;
    }
    music.kick(at);
    music.hat(at + period_s / 2);
    if (beat % 2 == 1) music.snare(at);
  }
  const model::Rhythm rhythm = rhythm_of(music);
  EXPECT_TRUE(rhythm.is_constant);
  EXPECT_NEAR(rhythm.bpm, 127.3, 0.01);
  EXPECT_LT(beat_error(rhythm, 0.2, period_s).max_ms, 3);
}

TEST(Rhythm, SwingIsNoOtherTempo) {
  DrumMachine music(44'100, 60);
  const double period_s = 60 / 96.5;
  int beat = 0;
  for (double at = 0.3; at < 60; at += period_s, ++beat) {
    if (beat % 2 == 0) music.kick(at);
    if (beat % 2 == 1) music.snare(at);
    music.hat(at);
    music.hat(at + period_s * 0.62);
  }
  const model::Rhythm rhythm = rhythm_of(music);
  EXPECT_NEAR(rhythm.bpm, 96.5, 0.01);
  EXPECT_LT(beat_error(rhythm, 0.3, period_s).max_ms, 5);
}

// Kicks that come in threes have as much to say for three parts of a bar as for four, and hide where the bar is.
TEST(Rhythm, KicksInThreesHideNoBeat) {
  const std::string kicks = "X..x......X.....";
  const std::string snares = "....X..x.x..X..x";
  DrumMachine music(44'100, 45);
  const double step_s = 60 / 172.803 / 4;
  std::size_t step = 0;
  for (double at = 0.3; at < 45; at += step_s, step = (step + 1) % 16) {
    if (kicks[step] != '.') music.kick(at, kicks[step] == 'X' ? 0.8 : 0.45);
    if (snares[step] != '.') music.snare(at, snares[step] == 'X' ? 0.5 : 0.17);
    music.hat(at, step % 2 == 0 ? 0.2 : 0.13);
  }
  const model::Rhythm rhythm = rhythm_of(music);
  EXPECT_NEAR(rhythm.bpm, 172.803, 0.01);
  EXPECT_LT(beat_error(rhythm, 0.3, 4 * step_s).max_ms, 3);
  EXPECT_GT(rhythm.confidence, 0.4);
}

// A bar of six eighths: steps are eighths, a letter for each, 'X' loud.
DrumMachine six_eight(double bpm, const std::string& kicks, const std::string& snares, const std::string& hats) {
  DrumMachine music(44'100, 60);
  const double eighth_s = 60 / bpm / 3;
  std::size_t step = 0;
  for (double at = 0.3; at < 60; at += eighth_s, step = (step + 1) % 6) {
    if (kicks[step] != '.') music.kick(at, kicks[step] == 'X' ? 0.8 : 0.5);
    if (snares[step] != '.') music.snare(at, snares[step] == 'X' ? 0.5 : 0.25);
    if (hats[step] != '.') music.hat(at, hats[step] == 'X' ? 0.25 : 0.15);
  }
  return music;
}

struct SixEightBar {
  const char* kicks;
  const char* snares;
  const char* hats;
};
constexpr SixEightBar kSixEightBars[] = {
    {"X.....", "...X..", "XxxXxx"}, {"X...x.", "...X..", "xxxxxx"}, {"X.x...", "...X..", "X.xX.x"},
    {"X....x", "...X.x", "xxxxxx"}, {"X..x..", "...X..", "x.xx.x"}, {"X.....", "...x..", "XxXxXx"},
};

TEST(Rhythm, SixEightIsCountedInDottedQuarters) {
  for (const double bpm : {63.4, 71.37, 84.2}) {
    for (const auto& bar : kSixEightBars) {
      const model::Rhythm rhythm = rhythm_of(six_eight(bpm, bar.kicks, bar.snares, bar.hats));
      EXPECT_NEAR(rhythm.bpm, bpm, 0.01) << bar.kicks << " " << bar.snares << " " << bar.hats;
      EXPECT_LT(beat_error(rhythm, 0.3, 60 / bpm).max_ms, 3) << bpm << " " << bar.kicks;
    }
  }
}

// Below the range that is asked for by default its eighths may come first.
TEST(Rhythm, SlowSixEightIsAmongTheFirstTwo) {
  for (const double bpm : {44.7, 52.31}) {
    for (const auto& bar : kSixEightBars) {
      const model::Rhythm rhythm = rhythm_of(six_eight(bpm, bar.kicks, bar.snares, bar.hats));
      ASSERT_FALSE(rhythm.alternatives.empty());
      const bool is_told = std::abs(rhythm.bpm - bpm) < 0.01 || std::abs(rhythm.alternatives[0].bpm - bpm) < 0.01;
      EXPECT_TRUE(is_told) << bpm << " " << bar.kicks << " " << bar.hats << ": " << rhythm.bpm << ", "
                           << rhythm.alternatives[0].bpm;
    }
  }
}

TEST(Rhythm, HintDecidesBetweenOctaves) {
  const DrumMachine music = house(130, 0.1, 40);
  EXPECT_NEAR(rhythm_of(music, {.bpm = 66}).bpm, 65, 0.02);
  EXPECT_NEAR(rhythm_of(music, {.bpm = 129}).bpm, 130, 0.02);
}

TEST(Rhythm, OctavesAreAmongTheAlternatives) {
  const model::Rhythm rhythm = rhythm_of(house(126, 0.1, 40));
  bool has_half = false;
  for (const auto& one : rhythm.alternatives) has_half = has_half || std::abs(one.bpm - 63) < 0.1;
  EXPECT_TRUE(has_half);
  for (const auto& one : rhythm.alternatives) EXPECT_LE(one.confidence, rhythm.confidence);
}

TEST(Rhythm, TenSecondsTellTheTempo) {
  const model::Rhythm rhythm = rhythm_of(house(122.7, 0.2, 10));
  EXPECT_NEAR(rhythm.bpm, 122.7, 0.1);
}

TEST(Rhythm, AFewBeatsAreDoubted) {
  const double few = rhythm_of(house(122.7, 0.2, 3)).confidence;
  const double enough = rhythm_of(house(122.7, 0.2, 20)).confidence;
  EXPECT_LT(few, 0.4);
  EXPECT_GT(enough, 2 * few);
}

}  // namespace
}  // namespace segue::test
