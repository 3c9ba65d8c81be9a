// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/metre_pattern.h"

#include <cmath>
#include <random>
#include <string_view>

#include <gtest/gtest.h>

#include "engine/analysis/metre.h"

namespace segue::analysis {
namespace {

// A beat whose twelfths are struck where there is an x.
BeatPattern beat_of(std::string_view twelfths) {
  BeatPattern pattern{};
  for (std::size_t place = 0; place < kTwelfths; ++place) {
    if (twelfths[place] == 'x') pattern[place].fill(0.6F);
  }
  return pattern;
}

float turn_at(const std::vector<BeatSigns>& beats, BeatSign sign, std::size_t beat) {
  return beats[beat][static_cast<std::size_t>(sign)];
}

TEST(MetrePattern, TurnsStandOutWhereBarsOfAnotherPatternBegin) {
  for (const std::size_t bar : {2U, 3U, 4U, 6U}) {
    // Every four bars the first beat of the bar is struck otherwise.
    std::vector<BeatPattern> patterns(16 * bar + 1, beat_of("x.....x....."));
    for (std::size_t beat = 1; beat < patterns.size(); ++beat) {
      if ((beat - 1) % bar == 0 && (beat - 1) / bar % 8 >= 4) patterns[beat] = beat_of("x..x........");
    }
    std::vector<BeatSigns> beats(patterns.size(), BeatSigns{});
    add_turns(beats, patterns, bar);
    for (std::size_t line = 1 + 4 * bar; line + 2 * bar < patterns.size(); line += 4 * bar) {
      for (std::size_t other = line + 1; other < line + bar; ++other) {
        EXPECT_GE(turn_at(beats, BeatSign::kTurn, line), turn_at(beats, BeatSign::kTurn, other)) << bar << ": " << line;
      }
      EXPECT_GT(turn_at(beats, BeatSign::kTurn, line), 1) << bar << ": " << line;
    }
  }
}

TEST(MetrePattern, WhatNeverChangesHasNoTurns) {
  std::vector<BeatSigns> beats(64, BeatSigns{});
  add_turns(beats, std::vector<BeatPattern>(64, beat_of("x.....x.....")), 4);
  for (std::size_t beat = 0; beat < 64; ++beat) {
    EXPECT_EQ(turn_at(beats, BeatSign::kTurn, beat), 0);
    EXPECT_EQ(turn_at(beats, BeatSign::kLongTurn, beat), 0);
  }
}

TEST(MetrePattern, ThirdsAreHeardAndSwingIsNone) {
  const auto always = [](std::string_view twelfths) { return std::vector<BeatPattern>(32, beat_of(twelfths)); };
  EXPECT_TRUE(has_thirds(always("x...x...x...")));
  EXPECT_FALSE(has_thirds(always("x.......x..."))) << "swing";
  EXPECT_FALSE(has_thirds(always("x.....x.....")));
  EXPECT_FALSE(has_thirds(always("x..x..x..x..")));
  EXPECT_FALSE(has_thirds(always("............")));
  EXPECT_FALSE(has_thirds({}));
}

// Drums alone: strings of steps, one character each, of which a beat has `steps_per_beat`.
struct DrumLoop {
  std::string_view kick, snare, hat;
  int steps_per_beat = 4;
};

constexpr int kRate = 22'050;

class Drums {
 public:
  Drums(double bpm, double seconds) : step_s_(60 / bpm), mono_(static_cast<std::size_t>(seconds * kRate)) {}

  // Plays a loop once from a beat on; answers how many beats it took.
  int play(const DrumLoop& loop, int beat) {
    for (std::size_t step = 0; step < loop.kick.size(); ++step) {
      const double at_s = step_s_ * (beat + static_cast<double>(step) / loop.steps_per_beat);
      if (loop.kick[step] == 'x') strike(at_s, 0.8F, 60, 25);
      if (loop.snare[step] == 'x') strike(at_s, 0.4F, 0, 30);
      if (loop.hat[step] == 'x') strike(at_s, 0.1F, 0, 90);
    }
    return static_cast<int>(loop.kick.size()) / loop.steps_per_beat;
  }
  const std::vector<float>& mono() const { return mono_; }

 private:
  // A decaying sine, or noise at 0 Hz.
  void strike(double at_s, float level, double hz, double decay_per_s) {
    const auto from = static_cast<std::size_t>(std::max(0.0, at_s) * kRate);
    for (std::size_t i = 0; at_s >= 0 && i < kRate / 5 && from + i < mono_.size(); ++i) {
      const double t = static_cast<double>(i) / kRate;
      const double wave = hz > 0 ? std::sin(2 * 3.14159265358979 * hz * t) : noise_(random_);
      mono_[from + i] += level * static_cast<float>(wave * std::exp(-decay_per_s * t));
    }
  }

  double step_s_;
  std::vector<float> mono_;
  std::mt19937 random_{5};
  std::uniform_real_distribution<double> noise_{-1, 1};
};

model::Rhythm heard(const Drums& drums, double bpm, double seconds) {
  model::Rhythm rhythm;
  rhythm.bpm = bpm;
  rhythm.confidence = 1;
  rhythm.grid.markers.push_back({0, bpm});
  for (double at_s = 0; at_s < seconds; at_s += 60 / bpm) rhythm.beats_s.push_back(at_s);
  Spectrum spectrum(kRate);
  Chroma chroma(kRate);
  MetreAnalyser metre;
  spectrum.push(drums.mono(), [&](const SpectrumFrame& frame) { metre.push(frame); });
  chroma.push(drums.mono());
  metre.complete(rhythm, chroma);
  return rhythm;
}

// The bar of rock, turned so that it is as likely to begin on its third beat; every fourth is another one.
TEST(Metre, DrumsAloneTellTheBarByWhereTheirPatternChanges) {
  const DrumLoop plain{"x.......x.......", "....x.......x...", "x.x.x.x.x.x.x.x."};
  const DrumLoop other{"x..x....x.......", "....x..x....x..x", "x.x.x.x.x.x.x.x."};
  for (int offset = 0; offset < 4; ++offset) {
    Drums drums(120, 40);
    for (int beat = offset - 4, bar = 0; beat < 80; ++bar) beat += drums.play(bar % 4 == 3 ? other : plain, beat);
    const model::Rhythm rhythm = heard(drums, 120, 40);
    EXPECT_EQ(rhythm.beats_per_bar, 4) << offset;
    EXPECT_NEAR(rhythm.downbeat_s, 0.5 * offset, 1e-9) << "the bar begins on beat " << offset;
  }
}

TEST(Metre, DottedBeatsThatTakeTurnsAreSixEightAndShufflesAreNot) {
  const DrumLoop ballad{"x.....", "...x..", "xxxxxx", 3};
  const DrumLoop shuffle{"x.....x.....", "...x.....x..", "x.xx.xx.xx.x", 3};
  Drums six(66, 50);
  for (int beat = 0; beat < 54;) beat += six.play(ballad, beat);
  EXPECT_EQ(heard(six, 66, 50).beats_per_bar, 2);
  const DrumLoop triplets{"x..x..x..x..", "...x.....x..", "xxxxxxxxxxxx", 3};
  Drums club(132, 40);
  for (int beat = 0; beat < 88;) beat += club.play(triplets, beat);
  EXPECT_EQ(heard(club, 132, 40).beats_per_bar, 4) << "a club's four to the bar in triplets";
  Drums four(110, 40);
  for (int beat = 0; beat < 72;) beat += four.play(shuffle, beat);
  EXPECT_EQ(heard(four, 110, 40).beats_per_bar, 4);
}

}  // namespace
}  // namespace segue::analysis
