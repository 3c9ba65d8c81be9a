// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/rhythm_estimate.h"

#include <algorithm>
#include <cmath>

#include "engine/analysis/beat_grid_fit.h"
#include "engine/analysis/level_reading.h"
#include "engine/analysis/tempo_track.h"

namespace segue::analysis {
namespace {

constexpr std::size_t kAlternativesMax = 5;
constexpr double kSameTempo = 0.012;

// Tempi of the readings with the likelihoods of their phases summed up; the first is that of the first reading.
std::vector<model::TempoCandidate> candidates_of(const std::vector<RatedReading>& readings) {
  std::vector<model::TempoCandidate> candidates;
  for (const RatedReading& one : readings) {
    const auto same = std::find_if(candidates.begin(), candidates.end(), [&](const model::TempoCandidate& other) {
      return std::abs(other.bpm / one.reading.bpm - 1) < kSameTempo;
    });
    if (same == candidates.end()) {
      candidates.push_back({one.reading.bpm, one.likelihood});
    } else {
      same->confidence += one.likelihood;
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.confidence > b.confidence; });
  return candidates;
}

// The likeliest phase of the likeliest tempo.
const RatedReading& chosen(const std::vector<RatedReading>& readings, double bpm) {
  return *std::find_if(readings.begin(), readings.end(), [&](const RatedReading& one) {
    return std::abs(one.reading.bpm / bpm - 1) < kSameTempo;
  });
}

// Where the beats of a reading are.
PulseMap beats_of(const PulseTrack& track, const BeatReading& reading) {
  constexpr double kSlots = LevelPattern::kSlotsPerPulse;
  const auto pulses = static_cast<double>(track.map.at_s.size() - 1);
  PulseMap beats;
  for (double slot = reading.offset_slots; slot <= pulses * kSlots; slot += reading.step_slots) {
    beats.at_s.push_back(track.map.time_of(slot / kSlots));
  }
  return beats;
}

PulseLine line_of(const PulseTrack& track, const BeatReading& reading) {
  constexpr double kSlots = LevelPattern::kSlotsPerPulse;
  PulseLine line = track.line;
  line.at_s = track.map.time_of(reading.offset_slots / kSlots);
  line.period_s = track.line.period_s * reading.step_slots / kSlots;
  line.divisions = 1;
  return line;
}

}  // namespace

model::Rhythm estimate_rhythm(const RhythmFeatures& features, double duration_s, const model::TempoHint& hint) {
  model::Rhythm rhythm;
  const std::vector<PulseTrack> tracks = pulse_tracks(features);
  const std::vector<RatedReading> readings = readings_of(tracks, features, hint);
  if (readings.empty()) return rhythm;
  std::vector<model::TempoCandidate> candidates = candidates_of(readings);
  const RatedReading& best = chosen(readings, candidates.front().bpm);
  const PulseTrack& track = tracks[best.track];
  if (track.is_constant) {
    lay_constant_grid(beat_line(line_of(track, best.reading), features.attacks), duration_s, rhythm);
  } else {
    const PulseMap beats = drawn_to_attacks(beats_of(track, best.reading), features.attacks);
    lay_moving_grid(beats, duration_s, rhythm);
  }
  if (rhythm.beats_s.size() < 2) return {};
  rhythm.confidence = candidates.front().confidence * std::min(1.0, 2 * track.clarity);
  rhythm.alternatives.assign(candidates.begin() + 1, candidates.end());
  if (rhythm.alternatives.size() > kAlternativesMax) rhythm.alternatives.resize(kAlternativesMax);
  rhythm.downbeat_s = rhythm.first_beat_s;
  return rhythm;
}

}  // namespace segue::analysis
