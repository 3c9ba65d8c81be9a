// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "tests/engine/analysis/rhythm/drum_machine.h"

namespace segue::test {
namespace {

struct Drummer {
  DrumMachine music;
  std::vector<double> beats_s;
};

// Rock at a tempo that is a function of time.
Drummer play(double seconds, const std::function<double(double)>& bpm_at) {
  Drummer drummer{DrumMachine(44'100, seconds), {}};
  int beat = 0;
  for (double at = 0.3; at < seconds - 0.5; ++beat) {
    const double period_s = 60 / bpm_at(at);
    drummer.beats_s.push_back(at);
    if (beat % 2 == 0) drummer.music.kick(at);
    if (beat % 2 == 1) drummer.music.snare(at);
    drummer.music.hat(at);
    drummer.music.hat(at + period_s / 2);
    at += period_s;
  }
  return drummer;
}

// Share of the drummer's beats with one of the rhythm's within 35 ms.
double found(const Drummer& drummer, const std::vector<double>& beats_s) {
  int hits = 0;
  for (const double beat : drummer.beats_s) {
    const auto next = std::lower_bound(beats_s.begin(), beats_s.end(), beat - 0.035);
    if (next != beats_s.end() && *next <= beat + 0.035) ++hits;
  }
  return static_cast<double>(hits) / static_cast<double>(drummer.beats_s.size());
}

std::vector<double> grid_beats(const model::BeatGrid& grid, double end_s) {
  std::vector<double> beats;
  for (double beat = 1; grid.seconds_of_beat(beat) < end_s; ++beat) beats.push_back(grid.seconds_of_beat(beat));
  return beats;
}

TEST(RhythmMoving, RampIsFollowed) {
  const Drummer drummer = play(90, [](double at) { return 118 + 10 * at / 90; });
  const model::Rhythm rhythm = rhythm_of(drummer.music);
  EXPECT_FALSE(rhythm.is_constant);
  EXPECT_GT(found(drummer, rhythm.beats_s), 0.95);
  EXPECT_LT(static_cast<double>(rhythm.beats_s.size()), 1.1 * static_cast<double>(drummer.beats_s.size()));
}

TEST(RhythmMoving, LiveDriftIsFollowed) {
  const Drummer drummer = play(90, [](double at) { return 104 + 3 * std::sin(at / 5) + 2 * std::sin(at / 1.7); });
  const model::Rhythm rhythm = rhythm_of(drummer.music);
  EXPECT_GT(found(drummer, rhythm.beats_s), 0.95);
}

TEST(RhythmMoving, SixEightIsFollowedInDottedQuarters) {
  Drummer drummer{DrumMachine(44'100, 80), {}};
  for (double at = 0.3; at < 79;) {
    const double eighth_s = 60 / (72 + 2 * std::sin(at / 7)) / 3;
    const bool is_first = drummer.beats_s.size() % 2 == 0;
    drummer.beats_s.push_back(at);
    if (is_first) drummer.music.kick(at);
    if (!is_first) drummer.music.snare(at);
    for (int eighth = 0; eighth < 3; ++eighth) drummer.music.hat(at + eighth * eighth_s, eighth == 0 ? 0.25 : 0.15);
    at += 3 * eighth_s;
  }
  const model::Rhythm rhythm = rhythm_of(drummer.music);
  EXPECT_GT(found(drummer, rhythm.beats_s), 0.95) << rhythm.bpm << " BPM";
  EXPECT_LT(static_cast<double>(rhythm.beats_s.size()), 1.1 * static_cast<double>(drummer.beats_s.size()));
}

TEST(RhythmMoving, GridHoldsTheBeatsInWholeNumbers) {
  const Drummer drummer = play(90, [](double at) { return 118 + 10 * at / 90; });
  const model::Rhythm rhythm = rhythm_of(drummer.music);
  ASSERT_GT(rhythm.grid.markers.size(), 1U);
  EXPECT_LT(rhythm.grid.markers.size(), drummer.beats_s.size() / 2);
  EXPECT_GT(found(drummer, grid_beats(rhythm.grid, 90)), 0.95);
  for (std::size_t i = 1; i < rhythm.grid.markers.size(); ++i) {
    const double beats = rhythm.grid.beat_at(rhythm.grid.markers[i].at_s);
    EXPECT_NEAR(beats, std::round(beats), 1e-6);
  }
}

TEST(RhythmMoving, ACutMovesTheGridAndNotTheTempo) {
  // 44 beats, of the last of which a sixth is missing, and the rest of the track.
  constexpr double kPeriodS = 60 / 123.4;
  constexpr double kCutS = 0.3 + (43 + 5.0 / 6) * kPeriodS;
  Drummer drummer{DrumMachine(44'100, 60), {}};
  for (int beat = 0; beat < 110; ++beat) {
    const double at = beat < 44 ? 0.3 + beat * kPeriodS : kCutS + (beat - 44) * kPeriodS;
    drummer.beats_s.push_back(at);
    drummer.music.kick(at);
    if (beat % 2 == 1) drummer.music.snare(at);
    drummer.music.hat(at + kPeriodS / 2);
  }
  const model::Rhythm rhythm = rhythm_of(drummer.music);
  EXPECT_NEAR(rhythm.bpm, 123.4, 0.05);
  EXPECT_GT(found(drummer, grid_beats(rhythm.grid, 54)), 0.9);
}

}  // namespace
}  // namespace segue::test
