// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/rhythm_estimate.h"

#include <algorithm>
#include <cmath>

#include "engine/analysis/level_evidence.h"
#include "engine/analysis/level_pattern.h"
#include "engine/analysis/onset_pulse.h"
#include "engine/analysis/tempo_classes.h"
#include "engine/analysis/tempo_fit.h"

namespace segue::analysis {
namespace {

struct Reading {
  BeatReading reading;
  PulseLine line;
  double score = 0;
};

PulseMap map_of(const PulseLine& line, double duration_s) {
  const double start = std::floor((0 - line.at_s) / line.period_s);
  PulseMap map;
  for (double n = start; map.at_s.size() < 3 || map.at_s.back() < duration_s; ++n) map.at_s.push_back(line.time_of(n));
  return map;
}

std::vector<Reading> readings_of(const RhythmFeatures& features, const model::TempoHint& hint) {
  const std::vector<float> pulse = pulse_curve(features.curves);
  const double duration_s = static_cast<double>(pulse.size()) / features.curves.frames_per_s;
  std::vector<Reading> readings;
  for (const TempoClass& one : tempo_classes(pulse, features.curves.frames_per_s)) {
    PulseLine line = coherent_line(pulse, features.curves.frames_per_s, features.curves.first_s, one.hz);
    line = fitted_line(line, features.attacks);
    const PulseMap map = map_of(line, duration_s);
    const LevelPattern pattern = fold(features.curves, map);
    for (const int step : {12, 24, 48}) {
      for (int twelfth = 0; twelfth < 12; ++twelfth) {
        if (twelfth % 3 != 0 && twelfth % 4 != 0) continue;
        Reading reading;
        reading.reading = {step, twelfth * step / 12, 60.0 / line.period_s * 24 / step};
        if (reading.reading.bpm < 40 || reading.reading.bpm > 230) continue;
        reading.line.period_s = line.period_s * step / 24;
        reading.line.at_s = map.at_s[0] + line.period_s * reading.reading.offset_slots / 24;
        reading.line.coherence = line.coherence;
        reading.score = score_of(evidence_of(pattern, reading.reading, hint)) + 3 * (one.strength - 1) +
                        4 * std::log(std::max(0.05, line.coherence));
        readings.push_back(reading);
      }
    }
  }
  std::sort(readings.begin(), readings.end(), [](const Reading& a, const Reading& b) { return a.score > b.score; });
  return readings;
}

}  // namespace

model::Rhythm estimate_rhythm(const RhythmFeatures& features, double duration_s, const model::TempoHint& hint) {
  model::Rhythm rhythm;
  const std::vector<Reading> readings = readings_of(features, hint);
  if (readings.empty()) return rhythm;
  double total = 0;
  std::vector<model::TempoCandidate> candidates;
  for (const Reading& one : readings) {
    const double likelihood = std::exp(one.score - readings.front().score);
    total += likelihood;
    const auto same = std::find_if(candidates.begin(), candidates.end(), [&](const model::TempoCandidate& other) {
      return std::abs(other.bpm / one.reading.bpm - 1) < 0.01;
    });
    if (same == candidates.end()) {
      candidates.push_back({one.reading.bpm, likelihood});
    } else {
      same->confidence += likelihood;
    }
  }
  for (auto& one : candidates) one.confidence /= total;
  std::stable_sort(candidates.begin() + 1, candidates.end(),
                   [](const auto& a, const auto& b) { return a.confidence > b.confidence; });
  PulseLine line = readings.front().line;
  line.divisions = 1;
  line = fitted_line(line, features.attacks);
  rhythm.bpm = 60 / line.period_s;
  rhythm.confidence = candidates.front().confidence * std::min(1.0, line.coherence);
  rhythm.alternatives.assign(candidates.begin() + 1, candidates.end());
  if (rhythm.alternatives.size() > 4) rhythm.alternatives.resize(4);
  const double first = line.time_of(std::ceil((-0.01 - line.at_s) / line.period_s));
  rhythm.first_beat_s = first;
  rhythm.downbeat_s = first;
  rhythm.grid.markers = {{first, rhythm.bpm}};
  for (double at = first; at < duration_s; at += line.period_s) rhythm.beats_s.push_back(at);
  return rhythm;
}

}  // namespace segue::analysis
