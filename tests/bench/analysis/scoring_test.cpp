// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/analysis/scoring.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/audio/signals.h"

namespace segue::bench {
namespace {

std::vector<double> beats(double first_s, double bpm, int count) {
  std::vector<double> out;
  for (int i = 0; i < count; ++i) out.push_back(first_s + i * 60 / bpm);
  return out;
}

TEST(Scoring, TempoIsRightWithinItsShare) {
  EXPECT_TRUE(is_tempo(124.7, 120));
  EXPECT_FALSE(is_tempo(125, 120));
  EXPECT_FALSE(is_tempo(60, 120));
  for (const double bpm : {60.0, 240.0, 40.0, 360.0, 120.0}) EXPECT_TRUE(is_tempo_or_octave(bpm, 120)) << bpm;
  for (const double bpm : {80.0, 180.0, 90.0, 0.0}) EXPECT_FALSE(is_tempo_or_octave(bpm, 120)) << bpm;
}

TEST(Scoring, LevelMayComeSecondOnlyWhereItIsAmbiguous) {
  const std::vector<model::TempoCandidate> second = {{174, 0.5}};
  const std::vector<double> half = {87};
  EXPECT_TRUE(is_level_right(174, {}, 174, {}));
  EXPECT_TRUE(is_level_right(87, second, 174, half));
  EXPECT_FALSE(is_level_right(87, second, 174, {}));
  EXPECT_FALSE(is_level_right(87, {}, 174, half));
  EXPECT_FALSE(is_level_right(116, second, 174, half));
}

TEST(Scoring, BeatErrorIsTheMedianDistance) {
  const auto truth = beats(1, 120, 100);
  const auto late = beat_error(beats(1.004, 120, 100), truth);
  ASSERT_TRUE(late);
  EXPECT_NEAR(late->offset_ms, 4, 1e-9);
  EXPECT_NEAR(late->phase_ms, 4, 1e-9);
  EXPECT_FALSE(late->is_half_beat);
  const auto early = beat_error(beats(0.49, 120, 104), truth);
  ASSERT_TRUE(early);
  EXPECT_NEAR(early->offset_ms, -10, 1e-9);
  EXPECT_FALSE(beat_error({}, truth));
  EXPECT_FALSE(beat_error(truth, {}));
}

TEST(Scoring, HalfBeatIsMoreThanAQuarterOff) {
  const auto truth = beats(1, 120, 100);
  EXPECT_TRUE(beat_error(beats(1.25, 120, 100), truth)->is_half_beat);
  EXPECT_TRUE(beat_error(beats(0.86, 120, 100), truth)->is_half_beat);
  EXPECT_FALSE(beat_error(beats(1.12, 120, 100), truth)->is_half_beat);
}

TEST(Scoring, BeatsWithinCountsBothSides) {
  const auto truth = beats(1, 120, 100);
  EXPECT_DOUBLE_EQ(beats_within(truth, truth), 1);
  EXPECT_DOUBLE_EQ(beats_within(beats(1.034, 120, 100), truth), 1);
  EXPECT_DOUBLE_EQ(beats_within(beats(1.036, 120, 100), truth), 0);
  // Twice as many beats: every true one is met, half of those found are not.
  EXPECT_NEAR(beats_within(beats(1, 240, 199), truth), 2 * 100.0 / 299, 1e-9);
  EXPECT_NEAR(beats_within(beats(1, 60, 50), truth), 2 * 50.0 / 150, 1e-9);
  // What lies outside the true span is not held against anyone.
  EXPECT_NEAR(beats_within(beats(1 - 10, 120, 140), truth), 2 * 100.0 / (102 + 100), 1e-9);
  EXPECT_DOUBLE_EQ(beats_within({}, truth), 0);
}

TEST(Scoring, WrapIsToTheNearest) {
  EXPECT_NEAR(wrapped(1.9, 0, 1), -0.1, 1e-12);
  EXPECT_NEAR(wrapped(2.4, 0, 1), 0.4, 1e-12);
  EXPECT_NEAR(wrapped(-0.6, 0, 1), 0.4, 1e-12);
  EXPECT_NEAR(wrapped(0.25, 0.25, 0.5), 0, 1e-12);
}

TEST(Scoring, DownbeatIsAnyOfThem) {
  const auto truth = beats(0.5, 120, 32);  // the second beat is the first downbeat
  EXPECT_TRUE(is_downbeat(1.0, truth, 1, 4));
  EXPECT_TRUE(is_downbeat(3.1, truth, 1, 4));
  EXPECT_FALSE(is_downbeat(1.5, truth, 1, 4));
  EXPECT_FALSE(is_downbeat(0.87, truth, 1, 4));
  EXPECT_TRUE(is_downbeat(2.5, truth, 1, 3));
}

TEST(Scoring, KeysCountAsInMirex) {
  const model::Key c{0, false};
  const model::Key a_minor{9, true};
  const auto weight = [](int tonic, bool is_minor, model::Key truth) {
    return mirex_weight(model::Key{tonic, is_minor}, truth);
  };
  EXPECT_EQ(weight(0, false, c), 1);
  EXPECT_EQ(weight(7, false, c), 0.5) << "a fifth above";
  EXPECT_EQ(weight(5, false, c), 0) << "a fifth below";
  EXPECT_EQ(weight(9, true, c), 0.3) << "the relative minor";
  EXPECT_EQ(weight(0, true, c), 0.2) << "the parallel minor";
  EXPECT_EQ(weight(3, true, c), 0);
  EXPECT_EQ(weight(0, false, a_minor), 0.3) << "the relative major";
  EXPECT_EQ(weight(4, true, a_minor), 0.5);
  EXPECT_EQ(weight(9, false, a_minor), 0.2);
  EXPECT_EQ(weight(6, false, a_minor), 0);
  EXPECT_EQ(mirex_weight(std::nullopt, c), 0);
}

TEST(Scoring, BoundariesPairOneToOne) {
  const std::vector<double> truth = {30, 60, 90};
  const auto score = [&](const std::vector<double>& found) { return score_boundaries(found, truth, 2); };
  EXPECT_DOUBLE_EQ(score({31, 59, 92}).f_measure(), 1);
  EXPECT_DOUBLE_EQ(score({29, 31, 60}).f_measure(), 2.0 * 2 / 6) << "two found at one boundary count once";
  EXPECT_DOUBLE_EQ(score({32.5}).f_measure(), 0);
  EXPECT_DOUBLE_EQ(score({}).f_measure(), 0);
  EXPECT_DOUBLE_EQ(score_boundaries({}, {}, 2).f_measure(), 1);
  BoundaryScore sum = score({30});
  sum += score({60, 61});
  EXPECT_EQ(sum.hits, 2);
  EXPECT_EQ(sum.found, 3);
  EXPECT_EQ(sum.wanted, 6);
}

TEST(Scoring, SteadyGridSeesThroughJitterAndGaps) {
  test::Random random(1);
  auto found = beats(0.7, 127.31, 300);
  for (auto& beat : found) beat += random.between(-0.012, 0.012);
  found.erase(found.begin() + 100, found.begin() + 116);  // a break without beats
  found[50] += 0.2;
  const auto grid = fit_steady_grid(found);
  ASSERT_TRUE(grid);
  EXPECT_NEAR(grid->bpm, 127.31, 0.01);
  EXPECT_NEAR(wrapped(grid->first_s, 0.7, 60 / 127.31), 0, 0.003);
}

TEST(Scoring, SteadyGridTakesAWholeTempoThatFits) {
  test::Random random(2);
  auto found = beats(0.7, 128, 60);
  for (auto& beat : found) beat += random.between(-0.012, 0.012);
  const auto grid = fit_steady_grid(found);
  ASSERT_TRUE(grid);
  EXPECT_EQ(grid->bpm, 128);
  EXPECT_FALSE(fit_steady_grid(beats(0, 120, 5)));
}

TEST(Scoring, SteadyGridIsNoneWhereTheTempoMoves) {
  std::vector<double> ramp = {0};
  for (int i = 0; i < 200; ++i) ramp.push_back(ramp.back() + 60 / (100 + 0.2 * i));
  EXPECT_FALSE(fit_steady_grid(ramp));
}

}  // namespace
}  // namespace segue::bench
