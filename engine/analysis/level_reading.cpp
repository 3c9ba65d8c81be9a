// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/level_reading.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace segue::analysis {
namespace {

constexpr double kBpmMin = 40;
constexpr double kTrust = 0.8;  // in the weights: so much less is said of music that they were not fitted to, measured
constexpr double kBpmMax = 205;  // unless more is asked for
constexpr std::array<int, 3> kSteps{LevelPattern::kSlotsPerPulse / 2, LevelPattern::kSlotsPerPulse,
                                    LevelPattern::kSlotsPerPulse * 2};

double median_period_s(const PulseMap& map) {
  std::vector<double> periods;
  for (std::size_t i = 1; i < map.at_s.size(); ++i) periods.push_back(map.at_s[i] - map.at_s[i - 1]);
  const auto middle = periods.begin() + static_cast<std::ptrdiff_t>(periods.size() / 2);
  std::nth_element(periods.begin(), middle, periods.end());
  return *middle;
}

// A pulse is anchored to its own quarters or thirds, whichever the music falls on: any of them may be the beat.
bool is_anchor(int offset_slots, int step_slots) {
  constexpr int kQuarter = LevelPattern::kSlotsPerPulse / 4;
  constexpr int kThird = LevelPattern::kSlotsPerPulse / 3;
  for (int slot = offset_slots; slot < 2 * LevelPattern::kSlotsPerPulse; slot += step_slots) {
    if (slot % kQuarter == 0 || slot % kThird == 0) return true;
  }
  return false;
}

// Where the music starts: tracks like to begin on a beat.
double first_loud_pulse(const PulseMap& map, const std::vector<Attack>& attacks, const std::vector<double>& weights) {
  constexpr double kLoud = 0.25;
  for (std::size_t i = 0; i < attacks.size(); ++i) {
    if (weights[i] < kLoud) continue;
    std::size_t pulse = 0;
    while (pulse + 2 < map.at_s.size() && map.at_s[pulse + 1] <= attacks[i].at_s) ++pulse;
    return static_cast<double>(pulse) +
           (attacks[i].at_s - map.at_s[pulse]) / (map.at_s[pulse + 1] - map.at_s[pulse]);
  }
  return 0;
}

}  // namespace

std::vector<RatedReading> readings_of(const std::vector<PulseTrack>& tracks, const RhythmFeatures& features,
                                      const model::TempoHint& hint) {
  const std::vector<double> weights = attack_weights(features.attacks);
  const double bpm_max = std::max({kBpmMax, 1.02 * hint.bpm_max, 1.05 * hint.bpm});
  std::vector<RatedReading> readings;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const PulseTrack& track = tracks[i];
    const LevelPattern pattern = fold(features, weights, track.map);
    const PatternRepetition repetition(pattern);
    const double period_s = median_period_s(track.map);
    const double start = first_loud_pulse(track.map, features.attacks, weights);
    for (const int step : kSteps) {
      const double bpm = 60 / period_s * LevelPattern::kSlotsPerPulse / step;
      if (bpm < kBpmMin || bpm > bpm_max) continue;
      const LevelEvidence of_step = step_evidence(repetition, step, bpm, hint);
      for (int offset = 0; offset < step; ++offset) {
        if (!is_anchor(offset, step)) continue;
        RatedReading rated{i, {step, offset, bpm}, {}, 0};
        rated.evidence = of_step;
        add_phase_evidence(pattern, rated.reading, rated.evidence);
        const double beats = (start * LevelPattern::kSlotsPerPulse - rated.reading.offset_slots) / step;
        rated.evidence[kStartTerm] = std::cos(2 * std::numbers::pi * beats);
        rated.evidence[kStrengthTerm] = track.strength;
        rated.evidence[kClarityTerm] = std::log(std::max(0.02, track.clarity));
        rated.likelihood = score_of(rated.evidence);
        readings.push_back(rated);
      }
    }
  }
  std::stable_sort(readings.begin(), readings.end(),
                   [](const RatedReading& a, const RatedReading& b) { return a.likelihood > b.likelihood; });
  double total = 0;
  const double best = readings.empty() ? 0 : readings.front().likelihood;
  for (RatedReading& one : readings) total += one.likelihood = std::exp(kTrust * (one.likelihood - best));
  for (RatedReading& one : readings) one.likelihood /= total;
  return readings;
}

}  // namespace segue::analysis
