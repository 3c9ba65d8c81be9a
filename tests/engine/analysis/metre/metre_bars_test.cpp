// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/metre_bars.h"

#include <random>

#include <gtest/gtest.h>

namespace segue::analysis {
namespace {

float& at(BeatSigns& signs, BeatSign sign) { return signs[static_cast<std::size_t>(sign)]; }

// Beats of which each `bar`-th, from `first` on, has a kick and a new chord, in noise; each `phrase`-th bar is a crash.
struct Pattern {
  std::size_t beats = 128;
  std::size_t bar = 4;
  std::size_t first = 0;
  std::size_t phrase = 0;
  std::size_t first_phrase = 0;
  float strength = 1.5F;
};

std::vector<BeatSigns> make(const Pattern& pattern) {
  std::mt19937 random(7);
  std::normal_distribution<float> noise(0, 0.7F);
  std::vector<BeatSigns> beats(pattern.beats);
  for (std::size_t i = 0; i < beats.size(); ++i) {
    for (float& sign : beats[i]) sign = noise(random);
    if (i % pattern.bar != pattern.first) continue;
    for (const BeatSign sign : {BeatSign::kLowHit, BeatSign::kLowLevel, BeatSign::kChordStep, BeatSign::kBassStep}) {
      at(beats[i], sign) += pattern.strength;
    }
    const std::size_t bar = i / pattern.bar;
    if (pattern.phrase > 0 && bar % pattern.phrase == pattern.first_phrase) {
      at(beats[i], BeatSign::kNovelty) += 3;
      at(beats[i], BeatSign::kCrash) += 3;
    }
  }
  return beats;
}

BarLines lines_of(const std::vector<BeatSigns>& beats) { return find_bar_lines(beats, beats_per_bar(beats, {}, 120)); }

TEST(MetreBars, TheBarBeginsWhereKicksAndChordsFall) {
  for (std::size_t first = 0; first < 4; ++first) {
    const BarLines lines = lines_of(make({.first = first}));
    EXPECT_EQ(lines.beats_per_bar, 4);
    EXPECT_EQ(lines.first, static_cast<int>(first));
    EXPECT_GT(lines.confidence, 0.8);
  }
}

TEST(MetreBars, ThreeBeatsAreHeardByEvidenceOnly) {
  for (std::size_t first = 0; first < 3; ++first) {
    const BarLines lines = lines_of(make({.bar = 3, .first = first}));
    EXPECT_EQ(lines.beats_per_bar, 3);
    EXPECT_EQ(lines.first, static_cast<int>(first));
  }
  EXPECT_EQ(lines_of(make({.beats = 20, .bar = 3})).beats_per_bar, 4) << "too few beats to tell";
}

TEST(MetreBars, SixEighthsHaveTheirKickOnOne) {
  const BarLines lines = lines_of(make({.bar = 6, .first = 2, .strength = 2.5F}));
  EXPECT_EQ(lines.beats_per_bar, 6);
  EXPECT_EQ(lines.first, 2);
}

TEST(MetreBars, BeatsThatAreAllAlikeSayNothing) {
  const BarLines lines = lines_of(std::vector<BeatSigns>(128, BeatSigns{}));
  EXPECT_EQ(lines.beats_per_bar, 4);
  EXPECT_LT(lines.confidence, 0.35) << "no more than that music begins on a downbeat more often than not";
  EXPECT_EQ(find_phrases(std::vector<BeatSigns>(128, BeatSigns{}), lines).bars, 0);
}

TEST(MetreBars, TooFewBeatsAreNoBar) {
  EXPECT_EQ(lines_of({}).confidence, 0);
  EXPECT_EQ(lines_of(make({.beats = 5})).confidence, 0);
}

TEST(MetreBars, PhrasesAreAsLongAsNewThingsAreApart) {
  for (const std::size_t bars : {4U, 8U, 16U}) {
    const auto beats = make({.beats = 512, .phrase = bars, .first_phrase = 3});
    const PhraseGroups phrases = find_phrases(beats, lines_of(beats));
    EXPECT_EQ(phrases.bars, static_cast<int>(bars));
    EXPECT_EQ(phrases.first, 3);
  }
}

}  // namespace
}  // namespace segue::analysis
