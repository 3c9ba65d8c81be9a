// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/grid_edit.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/model/config.h"

namespace segue::control {
namespace {

// Levels of a present grid that a hand may mean, the most likely first.
constexpr double kLevels[] = {1.0, 2.0, 0.5, 1.5, 2.0 / 3.0, 4.0 / 3.0, 0.75, 3.0, 1.0 / 3.0};
constexpr double kSameTempo = 0.03;      // part of it: what four taps of a steady hand are off by
constexpr double kHandS = 0.06;          // people tap so much early or late without noticing
constexpr double kHandBeats = 0.2;       // but never a fifth of a beat
constexpr double kTwoThirdsSlack = 2e-3;  // of what is typed as 0.667

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// Beat 1 where beat 1 + `beats` was; every beat stays.
model::BeatGrid renumbered(const model::BeatGrid& grid, double beats) {
  const double first_s = grid.seconds_of_beat(1 + beats);
  model::BeatGrid made;
  made.beats_per_bar = grid.beats_per_bar;
  made.markers.push_back({first_s, grid.bpm_at(first_s)});
  for (const auto& marker : grid.markers) {
    if (marker.at_s > first_s) made.markers.push_back(marker);
  }
  return made;
}

// Which beat each tap was meant for, counted from the first.
std::vector<double> beats_of(std::span<const double> taps) {
  std::vector<double> intervals;
  for (std::size_t i = 1; i < taps.size(); ++i) intervals.push_back(taps[i] - taps[i - 1]);
  const double typical = median(intervals);
  std::vector<double> beats{0};
  for (const double interval : intervals) beats.push_back(beats.back() + std::max(1.0, std::round(interval / typical)));
  return beats;
}

// Seconds from one beat to the next: the median of what each pair of taps says (Theil and Sen).
double period_of(std::span<const double> taps, const std::vector<double>& beats) {
  std::vector<double> periods;
  for (std::size_t i = 0; i < taps.size(); ++i) {
    for (std::size_t j = i + 1; j < taps.size(); ++j) periods.push_back((taps[j] - taps[i]) / (beats[j] - beats[i]));
  }
  return median(std::move(periods));
}

}  // namespace

bool is_valid(const model::BeatGrid& grid) {
  return !grid.empty() && std::all_of(grid.markers.begin(), grid.markers.end(), [](const auto& marker) {
    return marker.bpm >= model::kBpmMin && marker.bpm <= model::kBpmMax && marker.at_s >= model::kGridFromS &&
           marker.at_s <= model::kGridToS;
  });
}

model::BeatGrid shifted_by_seconds(model::BeatGrid grid, double seconds) {
  for (auto& marker : grid.markers) marker.at_s += seconds;
  return grid;
}

model::BeatGrid shifted_by_beats(const model::BeatGrid& grid, double beats) {
  const bool is_constant = grid.markers.size() == 1;
  if (is_constant) return shifted_by_seconds(grid, beats * 60 / grid.markers[0].bpm);
  if (beats == std::round(beats)) return renumbered(grid, beats);
  model::BeatGrid made = grid;
  for (auto& marker : made.markers) marker.at_s = grid.seconds_of_beat(grid.beat_at(marker.at_s) + beats);
  // As many beats from marker to marker as before.
  for (std::size_t i = 0; i + 1 < made.markers.size(); ++i) {
    const double count = grid.beat_at(grid.markers[i + 1].at_s) - grid.beat_at(grid.markers[i].at_s);
    made.markers[i].bpm = count * 60 / (made.markers[i + 1].at_s - made.markers[i].at_s);
  }
  return made;
}

model::BeatGrid with_downbeat_at(model::BeatGrid grid, double seconds, bool moves) {
  const double beat = std::round(grid.beat_at(seconds));
  if (moves) grid = shifted_by_seconds(std::move(grid), seconds - grid.seconds_of_beat(beat));
  const double bar = grid.beats_per_bar;
  double by = std::fmod(std::fmod(beat - 1, bar) + bar, bar);
  if (by == 0) return grid;
  // Forwards, unless beats of another tempo would be lost by it.
  const bool is_clear = grid.markers.size() == 1 || grid.seconds_of_beat(1 + by) < grid.markers[1].at_s;
  return renumbered(grid, is_clear ? by : by - bar);
}

model::BeatGrid scaled(model::BeatGrid grid, double factor) {
  if (std::abs(factor - 2.0 / 3.0) < kTwoThirdsSlack) factor = 2.0 / 3.0;
  for (auto& marker : grid.markers) marker.bpm *= factor;
  return grid;
}

model::BeatGrid with_bpm(const model::BeatGrid& grid, double bpm, double kept_s) {
  const double beat = std::round(grid.beat_at(kept_s));
  model::BeatGrid made;
  made.beats_per_bar = grid.beats_per_bar;
  made.markers.push_back({grid.seconds_of_beat(beat) - (beat - 1) * 60 / bpm, bpm});
  return made;
}

std::optional<model::BeatGrid> tapped(std::span<const double> taps, const model::BeatGrid* present) {
  if (taps.size() < kTapsMin) return std::nullopt;
  const std::vector<double> beats = beats_of(taps);
  const double period_s = period_of(taps, beats);
  const double bpm = 60 / period_s;
  if (!(bpm >= model::kBpmMin && bpm <= model::kBpmMax)) return std::nullopt;
  if (present != nullptr && !present->empty()) {
    const double known = present->bpm_at(taps.front());
    for (const double level : kLevels) {
      if (std::abs(bpm / (known * level) - 1) > kSameTempo) continue;
      const model::BeatGrid grid = scaled(*present, level);
      if (!is_valid(grid)) continue;
      std::vector<double> first;  // beat of the grid that the first tap was meant for, as each tap has it
      for (std::size_t i = 0; i < taps.size(); ++i) first.push_back(grid.beat_at(taps[i]) - beats[i]);
      const double at = median(std::move(first));
      const double off_beats = at - std::round(at);
      const double off_s = off_beats * 60 / grid.bpm_at(taps.front());
      const bool is_off = std::abs(off_s) > kHandS || std::abs(off_beats) > kHandBeats;
      const double meant_s = grid.seconds_of_beat(std::round(at));
      return with_downbeat_at(shifted_by_seconds(grid, is_off ? off_s : 0), is_off ? meant_s + off_s : meant_s, false);
    }
  }
  std::vector<double> phases;
  for (std::size_t i = 0; i < taps.size(); ++i) phases.push_back(taps[i] - beats[i] * period_s);
  model::BeatGrid made;
  if (present != nullptr) made.beats_per_bar = present->beats_per_bar;
  made.markers.push_back({median(std::move(phases)), bpm});
  return made;
}

}  // namespace segue::control
