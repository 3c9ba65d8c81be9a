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
constexpr double kLooseBeat = 0.2;   // certainty of a clear pulse whose attacks are elsewhere: it may be the off-beat
constexpr double kBeatsFew = 2;      // can be counted in any way …
constexpr double kBeatsEnough = 18;  // … and so many in one
constexpr double kCertaintyMin = 0.05;  // that there is a beat; below it nothing is said

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

// What the user says of the range decides between levels of one pulse, however likely another is: of the likeliest
// tempo's halves and doubles the likeliest within it comes first.
void put_asked_first(std::vector<model::TempoCandidate>& candidates, const model::TempoHint& hint) {
  const model::TempoHint usual;
  if (hint.bpm_min == usual.bpm_min && hint.bpm_max == usual.bpm_max) return;
  const double likeliest = candidates.front().bpm;
  const auto is_within = [&](const model::TempoCandidate& one) {
    return one.bpm >= hint.bpm_min && one.bpm <= hint.bpm_max;
  };
  const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const model::TempoCandidate& one) {
    const double octaves = std::log2(one.bpm / likeliest);
    return is_within(one) && std::abs(octaves - std::round(octaves)) < kSameTempo;
  });
  if (found == candidates.begin() || found == candidates.end()) return;
  double within = 0;
  for (const auto& one : candidates) within += is_within(one) ? one.confidence : 0;
  found->confidence /= within;
  std::rotate(candidates.begin(), found, found + 1);
}

// The likeliest phase of the likeliest tempo.
const RatedReading& chosen(const std::vector<RatedReading>& readings, double bpm) {
  return *std::find_if(readings.begin(), readings.end(),
                       [&](const RatedReading& one) { return std::abs(one.reading.bpm / bpm - 1) < kSameTempo; });
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

double ramp(double value, double from, double to) { return std::clamp((value - from) / (to - from), 0.0, 1.0); }

// How sure it is that there is a beat at all: that onsets and attacks keep in step with it, that there are some, and
// that it goes on for a while. What follows anything moves in step with more than a line does, and has more to prove.
double beat_certainty(const PulseTrack& track, const PulseMap& beats, const std::vector<Attack>& attacks) {
  const double clarity = track.is_constant ? ramp(track.certainty, 0.2, 0.5) : ramp(track.certainty, 0.5, 0.75);
  const double tight = tightness(beats, attacks);
  const double tightly = track.is_constant ? std::max(kLooseBeat, ramp(tight, 0.15, 0.35)) : ramp(tight, 0.35, 0.6);
  const double support = ramp(static_cast<double>(attacks.size()) / static_cast<double>(beats.at_s.size()), 0.2, 0.8);
  const double length = ramp(static_cast<double>(beats.at_s.size()), kBeatsFew, kBeatsEnough);
  return clarity * tightly * support * length;
}

// Where anything is heard to begin for the first and the last time, with time to ring.
Sounding sounding(const OnsetCurves& curves, double duration_s) {
  constexpr float kHeard = 0.5F;   // of the bands' sum, in logarithms
  constexpr double kRiseS = 0.03;  // by which a frame hears what is to come
  constexpr double kRingS = 4;     // that the last onset may sound on
  Sounding where{0, duration_s};
  bool is_first = true;
  for (std::size_t i = 0; i < curves.frames(); ++i) {
    float sum = 0;
    for (const auto& band : curves.bands) sum += band[i];
    if (sum < kHeard) continue;
    const double at_s = curves.first_s + static_cast<double>(i) / curves.frames_per_s;
    if (is_first) where.from_s = std::max(0.0, at_s - kRiseS);
    is_first = false;
    where.to_s = std::min(duration_s, at_s + kRingS);
  }
  return where;
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
  put_asked_first(candidates, hint);
  const RatedReading& best = chosen(readings, candidates.front().bpm);
  const PulseTrack& track = tracks[best.track];
  const Sounding heard = sounding(features.curves, duration_s);
  if (track.is_constant) {
    lay_constant_grid(beat_line(line_of(track, best.reading), features.attacks), heard, rhythm);
  } else {
    const PulseMap beats = drawn_to_attacks(beats_of(track, best.reading), features.attacks);
    lay_moving_grid(beats, heard, rhythm);
  }
  if (rhythm.beats_s.size() < 2) return {};
  const double certainty = beat_certainty(track, {rhythm.beats_s}, features.attacks);
  if (certainty < kCertaintyMin) return {};
  rhythm.confidence = candidates.front().confidence * certainty;
  rhythm.alternatives.assign(candidates.begin() + 1, candidates.end());
  if (rhythm.alternatives.size() > kAlternativesMax) rhythm.alternatives.resize(kAlternativesMax);
  for (auto& one : rhythm.alternatives) one.confidence *= certainty;
  rhythm.downbeat_s = rhythm.first_beat_s;
  return rhythm;
}

}  // namespace segue::analysis
