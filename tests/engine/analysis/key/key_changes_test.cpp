// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include <gtest/gtest.h>

#include "engine/analysis/key.h"
#include "tests/engine/analysis/key/song.h"

namespace segue::analysis {
namespace {

using test::Song;

constexpr int kRate_hz = 8000;
constexpr double kBarS = 2;

enum class Grid { kKnown, kUnknown };

model::Tonality listen(const Song& song, Grid grid = Grid::kKnown) {
  KeyAnalyser analyser(song.sample_rate_hz);
  analyser.push(test::render(song));
  return analyser.estimate(grid == Grid::kKnown ? test::rhythm_of(song) : model::Rhythm{});
}

std::string told(const model::Tonality& tonality) {
  std::string text;
  for (const model::KeyChange& change : tonality.changes) {
    text += model::name_of(change.key) + " from " + std::to_string(change.at_s) + " s, ";
  }
  return text;
}

TEST(KeyChanges, LastChorusInAnotherKeyIsToldAtItsBarLine) {
  for (const int up : {1, 2, 3, -2}) {
    const bool is_minor = up == 1 || up == 3;
    const auto tonality = listen({.sample_rate_hz = kRate_hz,
                                  .seconds = 56,
                                  .tonic = 7,
                                  .progression = test::usual_progression(is_minor),
                                  .shifts = {{16, up}}});
    const model::Key before{7, is_minor};
    ASSERT_EQ(tonality.changes.size(), 2U) << up << " up: " << told(tonality);
    EXPECT_EQ(tonality.changes[0].key, before) << told(tonality);
    EXPECT_EQ(tonality.changes[0].at_s, 0);
    EXPECT_EQ(tonality.changes[1].key, (model::Key{7 + up, is_minor})) << told(tonality);
    EXPECT_NEAR(tonality.changes[1].at_s, 16 * kBarS, 1e-6) << told(tonality);
    EXPECT_EQ(tonality.key, before) << "the longer part's";
  }
}

TEST(KeyChanges, TheLongestPartNamesTheTrack) {
  const auto tonality = listen({.sample_rate_hz = kRate_hz,
                                .seconds = 88,
                                .tonic = 0,
                                .progression = test::usual_progression(true),
                                .shifts = {{12, 2}, {32, 0}}});
  ASSERT_EQ(tonality.changes.size(), 3U) << told(tonality);
  EXPECT_EQ(tonality.changes[1].key, (model::Key{2, true})) << told(tonality);
  EXPECT_EQ(tonality.changes[2].key, (model::Key{0, true})) << told(tonality);
  EXPECT_EQ(tonality.key, (model::Key{2, true}));
}

TEST(KeyChanges, WithoutAGridTheyAreToldWithinFourSeconds) {
  const auto tonality = listen({.sample_rate_hz = kRate_hz,
                                .seconds = 56,
                                .tonic = 5,
                                .progression = test::usual_progression(false),
                                .shifts = {{16, 2}}},
                               Grid::kUnknown);
  ASSERT_EQ(tonality.changes.size(), 2U) << told(tonality);
  EXPECT_EQ(tonality.changes[1].key, (model::Key{7, false})) << told(tonality);
  EXPECT_NEAR(tonality.changes[1].at_s, 16 * kBarS, 4) << told(tonality);
}

TEST(KeyChanges, BorrowedChordsAreNone) {
  using test::Triad;
  const std::vector<std::vector<Triad>> progressions{
      {{0, false}, {10, false}, {5, false}, {0, false}},  // mixolydian
      {{0, false}, {0, false}, {5, false}, {5, true}},    // minor subdominant
      {{0, true}, {8, false}, {7, false}, {0, true}},     // major dominant
      {{0, true}, {5, false}},                            // dorian
      {{0, false}, {9, true}, {5, false}, {7, false}, {9, true}, {5, false}, {0, false}, {7, false}}  // relative
  };
  int tonic = 1;
  for (const auto& progression : progressions) {
    const auto tonality =
        listen({.sample_rate_hz = kRate_hz, .seconds = 48, .tonic = tonic, .progression = progression});
    ASSERT_EQ(tonality.changes.size(), 1U) << told(tonality);
    EXPECT_EQ(tonality.changes[0].at_s, 0);
    EXPECT_EQ(tonality.changes[0].key, tonality.key);
    EXPECT_EQ(tonality.changes[0].confidence, tonality.confidence);
    tonic += 2;
  }
}

TEST(KeyChanges, AChorusInTheRelativeKeyIsNone) {
  // Sixteen bars of Am F C G, then sixteen of C G Am F.
  Song song{.sample_rate_hz = kRate_hz, .seconds = 64, .tonic = 9};
  for (int bar = 0; bar < 16; ++bar)
    song.intro.push_back(test::usual_progression(true)[static_cast<std::size_t>(bar % 4)]);
  for (int bar = 0; bar < 4; ++bar) {
    auto triad = test::usual_progression(false)[static_cast<std::size_t>(bar)];
    triad.degree += 3;
    song.progression.push_back(triad);
  }
  const auto tonality = listen(song);
  EXPECT_EQ(tonality.changes.size(), 1U) << told(tonality);
}

}  // namespace
}  // namespace segue::analysis
