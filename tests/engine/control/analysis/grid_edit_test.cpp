// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/grid_edit.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/audio/signals.h"

namespace segue::control {
namespace {

using model::BeatGrid;

const BeatGrid kConstant{{{0.5, 120}}, 4};
const BeatGrid kMoving{{{0.5, 120}, {8.5, 125}, {16.18, 122}}, 4};

// Every beat of one grid that lies in [from, to) is one of the other.
void expect_same_beats(const BeatGrid& a, const BeatGrid& b, double from_s, double to_s) {
  for (double beat = std::ceil(a.beat_at(from_s)); a.seconds_of_beat(beat) < to_s; ++beat) {
    const double at_s = a.seconds_of_beat(beat);
    const double other = b.beat_at(at_s);
    EXPECT_NEAR(other, std::round(other), 1e-6) << "beat " << beat << " at " << at_s << " s";
  }
}

// Taps on every beat of the period from `from_s` on, each off by up to `slip_s`.
std::vector<double> taps_of(double from_s, double period_s, int count, double slip_s, std::uint64_t seed = 1) {
  ::segue::test::Random random(seed);
  std::vector<double> taps;
  for (int i = 0; i < count; ++i) taps.push_back(from_s + i * period_s + random.between(-slip_s, slip_s));
  return taps;
}

TEST(GridEdit, ShiftsBySecondsWithoutTouchingTheTempo) {
  const BeatGrid moved = shifted_by_seconds(kMoving, 0.012);
  for (std::size_t i = 0; i < kMoving.markers.size(); ++i) {
    EXPECT_NEAR(moved.markers[i].at_s, kMoving.markers[i].at_s + 0.012, 1e-12);
    EXPECT_EQ(moved.markers[i].bpm, kMoving.markers[i].bpm);
  }
}

TEST(GridEdit, ShiftsByHalfABeat) {
  EXPECT_NEAR(shifted_by_beats(kConstant, 0.5).markers[0].at_s, 0.75, 1e-12);
  const BeatGrid moved = shifted_by_beats(kMoving, 0.5);
  for (const double beat : {1.0, 5.0, 17.0, 40.0}) {
    // Beats stay even from one change of tempo to the next, which now lie half a beat later.
    EXPECT_NEAR(moved.seconds_of_beat(beat), kMoving.seconds_of_beat(beat + 0.5), 4e-3) << beat;
  }
}

TEST(GridEdit, WholeBeatsMoveTheDownbeatAndNothingElse) {
  for (const double beats : {-3.0, -1.0, 1.0, 2.0, 5.0}) {
    const BeatGrid moved = shifted_by_beats(kMoving, beats);
    EXPECT_NEAR(moved.seconds_of_beat(1), kMoving.seconds_of_beat(1 + beats), 1e-9) << beats;
    expect_same_beats(moved, kMoving, 3.5, 30);
  }
}

TEST(GridEdit, ADownbeatIsSnappedToTheNearestBeat) {
  for (const BeatGrid& grid : {kConstant, kMoving}) {
    for (const double at_s : {0.4, 1.1, 2.45, 9.0, 20.0}) {
      const BeatGrid made = with_downbeat_at(grid, at_s, false);
      const double beat = made.beat_at(grid.seconds_of_beat(std::round(grid.beat_at(at_s))));
      EXPECT_NEAR(std::remainder(beat - 1, 4), 0, 1e-6) << at_s;
      expect_same_beats(made, grid, 3, 30);
    }
  }
}

TEST(GridEdit, OrTheBeatMovesToIt) {
  const BeatGrid made = with_downbeat_at(kConstant, 2.47, true);
  const double beat = made.beat_at(2.47);
  EXPECT_NEAR(std::remainder(beat - 1, 4), 0, 1e-9);
  EXPECT_EQ(made.markers[0].bpm, 120);
}

TEST(GridEdit, AWaltzHasADownbeatEveryThirdBeat) {
  BeatGrid waltz = kConstant;
  waltz.beats_per_bar = 3;
  const BeatGrid made = with_downbeat_at(waltz, 1.0, false);
  EXPECT_NEAR(made.markers[0].at_s, 1.0, 1e-12);
  EXPECT_EQ(made.beats_per_bar, 3);
}

TEST(GridEdit, ScalesAroundTheFirstDownbeat) {
  for (const double factor : {0.5, 2.0, 1.5, 2.0 / 3.0}) {
    const BeatGrid made = scaled(kMoving, factor);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(made.markers[i].bpm, kMoving.markers[i].bpm * factor, 1e-9);
      EXPECT_EQ(made.markers[i].at_s, kMoving.markers[i].at_s);
    }
  }
  EXPECT_EQ(scaled(kConstant, 0.6667).markers[0].bpm, 80);
}

TEST(GridEdit, HalvedAndDoubledItIsAsItWas) {
  const BeatGrid made = scaled(scaled(kMoving, 0.5), 2);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(made.markers[i].bpm, kMoving.markers[i].bpm);
}

TEST(GridEdit, AnotherTempoKeepsTheBeatAtAPlace) {
  const double kept_s = 30.2;
  const double beat = std::round(kMoving.beat_at(kept_s));
  const BeatGrid made = with_bpm(kMoving, 124.5, kept_s);
  ASSERT_EQ(made.markers.size(), 1U);
  EXPECT_EQ(made.markers[0].bpm, 124.5);
  EXPECT_NEAR(made.seconds_of_beat(beat), kMoving.seconds_of_beat(beat), 1e-9);
}

TEST(GridEdit, ThreeTapsSayNothing) {
  EXPECT_FALSE(tapped(taps_of(1, 0.5, 3, 0), nullptr));
  EXPECT_TRUE(tapped(taps_of(1, 0.5, 4, 0), nullptr));
}

TEST(GridEdit, TapsMakeATempoAndAPhase) {
  const auto made = tapped(taps_of(2.3, 60 / 93.7, 16, 0.015), nullptr);
  ASSERT_TRUE(made);
  EXPECT_NEAR(made->markers[0].bpm, 93.7, 0.5);
  EXPECT_NEAR(made->markers[0].at_s, 2.3, 0.02) << "the first is a downbeat";
}

TEST(GridEdit, ATapLeftOutAndOneThatSlippedDoNotCount) {
  std::vector<double> taps = taps_of(2, 0.5, 16, 0.004);
  taps.erase(taps.begin() + 7);
  taps[10] += 0.12;
  const auto made = tapped(taps, nullptr);
  ASSERT_TRUE(made);
  EXPECT_NEAR(made->markers[0].bpm, 120, 0.3);
  EXPECT_NEAR(made->markers[0].at_s, 2, 0.01);
}

TEST(GridEdit, TapsNearAKnownGridKeepItsTempoAndPhase) {
  // The third beat of a bar, 20 ms late all the time.
  const auto made = tapped(taps_of(1.5 + 0.02, 0.5, 12, 0.02), &kConstant);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->markers[0].bpm, 120);
  EXPECT_NEAR(made->markers[0].at_s, 1.5, 1e-9) << "the beats stay, the downbeat moves";
}

TEST(GridEdit, TapsChooseTheLevelOfAKnownGrid) {
  const auto half = tapped(taps_of(0.5, 1.0, 8, 0.02), &kConstant);
  ASSERT_TRUE(half);
  EXPECT_EQ(half->markers[0].bpm, 60);
  const auto twice = tapped(taps_of(0.5, 0.25, 16, 0.01), &kConstant);
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->markers[0].bpm, 240);
  const auto two_thirds = tapped(taps_of(0.5, 0.75, 12, 0.01), &kConstant);
  ASSERT_TRUE(two_thirds);
  EXPECT_NEAR(two_thirds->markers[0].bpm, 80, 1e-9);
}

TEST(GridEdit, TapsOffTheBeatMoveAKnownGrid) {
  const auto made = tapped(taps_of(0.75, 0.5, 16, 0.01), &kConstant);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->markers[0].bpm, 120);
  EXPECT_NEAR(std::remainder(made->markers[0].at_s - 0.75, 0.5), 0, 0.012);
}

TEST(GridEdit, TapsOfAnotherTempoReplaceAKnownGrid) {
  const auto made = tapped(taps_of(3, 60.0 / 137, 16, 0.005), &kConstant);
  ASSERT_TRUE(made);
  EXPECT_NEAR(made->markers[0].bpm, 137, 0.5);
}

TEST(GridEdit, SteadyTapsComeWithinFivePerMilleWhateverTheTempo) {
  for (int bpm = 60; bpm <= 200; bpm += 7) {
    const auto made = tapped(taps_of(1, 60.0 / bpm, 32, 0.02, static_cast<std::uint64_t>(bpm)), nullptr);
    ASSERT_TRUE(made) << bpm;
    EXPECT_NEAR(made->markers[0].bpm / bpm, 1, 0.005) << bpm;
  }
}

TEST(GridEdit, KnowsWhatAGridMayHold) {
  EXPECT_TRUE(is_valid(kMoving));
  EXPECT_FALSE(is_valid(BeatGrid{}));
  EXPECT_FALSE(is_valid(scaled(kConstant, 4)));
  EXPECT_FALSE(is_valid(shifted_by_seconds(kConstant, -4000)));
}

}  // namespace
}  // namespace segue::control
