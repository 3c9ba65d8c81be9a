// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/tempo_track.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "engine/analysis/onset_pulse.h"
#include "engine/analysis/tempo_classes.h"
#include "engine/analysis/tempo_path.h"
#include "engine/analysis/tempo_relative.h"
#include "engine/analysis/tempo_slips.h"

namespace segue::analysis {
namespace {

constexpr double kSteadyCoherence = 0.80;  // a line that keeps this much of its pulse in step needs no following
constexpr double kBetter = 1.25;           // what following must win in attacks near pulses to be believed
constexpr double kNearS = 0.012;
constexpr int kStretches = 12;    // of a track, that a line has to pass through the middle of
constexpr double kBentS = 0.012;  // what lies further off in one of them has been cut, or moves

PulseMap map_of(const PulseLine& line, double duration_s) {
  PulseMap map;
  const double start = std::floor((0 - line.at_s) / line.period_s);
  for (double n = start; map.at_s.size() < 3 || map.at_s.back() < duration_s; ++n) map.at_s.push_back(line.time_of(n));
  return map;
}

// Weight of the attacks that are near a pulse, shifted by some share of one, or one of its parts.
double explained(const PulseMap& map, std::span<const Attack> attacks, const std::vector<double>& weights, int parts,
                 double shift) {
  double sum = 0;
  std::size_t pulse = 0;
  for (std::size_t i = 0; i < attacks.size(); ++i) {
    while (pulse + 2 < map.at_s.size() && map.at_s[pulse + 1] <= attacks[i].at_s) ++pulse;
    const double period_s = map.at_s[pulse + 1] - map.at_s[pulse];
    const double place = parts * ((attacks[i].at_s - map.at_s[pulse]) / period_s - shift);
    const double off_s = (place - std::round(place)) * period_s / parts / kNearS;
    sum += weights[i] * std::exp(-0.5 * off_s * off_s);
  }
  return sum;
}

// The same, wherever in a pulse its beats turn out to be.
double explained_anyhow(const PulseMap& map, std::span<const Attack> attacks, const std::vector<double>& weights) {
  return std::max(explained(map, attacks, weights, 2, 0), explained(map, attacks, weights, 2, 0.25));
}

// Whether the attacks near the pulses lie on them all along the track. Where something was cut out, a line drawn
// through both sides is early on one and late on the other, and keeps most of the pulse in step all the same.
bool is_straight(const PulseLine& line, std::span<const Attack> attacks, const std::vector<double>& weights,
                 double duration_s) {
  std::array<double, kStretches> weight{};
  std::array<double, kStretches> off{};
  const int parts = std::max(2, line.divisions);
  for (std::size_t i = 0; i < attacks.size(); ++i) {
    const double place = (attacks[i].at_s - line.at_s) / line.period_s * parts;
    const double off_s = (place - std::round(place)) * line.period_s / parts;
    const auto at = static_cast<std::size_t>(std::clamp(attacks[i].at_s / duration_s, 0.0, 0.999) * kStretches);
    const double near = std::max(0.0, 1 - std::abs(off_s) / (line.period_s / 8));
    weight[at] += weights[i] * near;
    off[at] += weights[i] * near * off_s;
  }
  const double all = std::accumulate(weight.begin(), weight.end(), 0.0);
  for (std::size_t i = 0; i < weight.size(); ++i) {
    if (weight[i] > 0.2 * all / kStretches && std::abs(off[i] / weight[i]) > kBentS) return false;
  }
  return true;
}

// Weight of the attacks near the parts of a line's pulses.
double explained(const PulseLine& line, std::span<const Attack> attacks, const std::vector<double>& weights, int parts) {
  double sum = 0;
  for (std::size_t i = 0; i < attacks.size(); ++i) {
    const double place = parts * (attacks[i].at_s - line.at_s) / line.period_s;
    const double off_s = (place - std::round(place)) * line.period_s / parts / kNearS;
    sum += weights[i] * std::exp(-0.5 * off_s * off_s);
  }
  return sum;
}

// Drawn through the attacks, the line that explains most of them by quarters or thirds of its pulses; of its places on
// those, the one that they are on with halves.
PulseLine line_on_attacks(const std::vector<PulseLine>& lines, std::span<const Attack> attacks,
                          const std::vector<double>& weights) {
  PulseLine best;
  double most = -1;
  for (const PulseLine& line : lines) {
    const PulseLine fit = fitted_line(line, attacks);
    const double all = std::max(explained(fit, attacks, weights, 4), explained(fit, attacks, weights, 3));
    if (all <= most) continue;
    most = all;
    best = fit;
  }
  PulseLine anchored = best;
  most = -1;
  for (int part = 0; part < best.divisions; ++part) {
    PulseLine moved = best;
    moved.at_s += best.period_s * part / best.divisions;
    const double weight = explained(moved, attacks, weights, 2);
    if (weight <= most) continue;
    most = weight;
    anchored = moved;
  }
  return anchored;
}

}  // namespace

double tightness(const PulseMap& map, std::span<const Attack> attacks) {
  const std::vector<double> weights = attack_weights(attacks);
  double all = 0;
  for (const double weight : weights) all += weight;
  if (all == 0) return 0;
  return std::max(explained(map, attacks, weights, 2, 0), explained(map, attacks, weights, 3, 0)) / all;
}

PulseMap drawn_to_attacks(const PulseMap& map, std::span<const Attack> attacks) {
  constexpr std::ptrdiff_t kNeighbours = 4;
  const std::vector<double> weights = attack_weights(attacks);
  PulseMap drawn = map;
  for (const double reach_s : {0.050, 0.030}) {
    const auto pulses = static_cast<std::ptrdiff_t>(drawn.at_s.size());
    // Of each pulse: weight, and weighted distance of the attacks near it.
    std::vector<double> weight(drawn.at_s.size(), 0.0);
    std::vector<double> off(drawn.at_s.size(), 0.0);
    std::size_t pulse = 0;
    for (std::size_t i = 0; i < attacks.size(); ++i) {
      while (pulse + 2 < drawn.at_s.size() && drawn.at_s[pulse + 1] <= attacks[i].at_s) ++pulse;
      const bool is_next = attacks[i].at_s - drawn.at_s[pulse] > drawn.at_s[pulse + 1] - attacks[i].at_s;
      const std::size_t near = pulse + (is_next ? 1 : 0);
      const double off_s = attacks[i].at_s - drawn.at_s[near];
      if (std::abs(off_s) > reach_s) continue;
      const double share = 1 - off_s * off_s / (reach_s * reach_s);
      weight[near] += weights[i] * share;
      off[near] += weights[i] * share * off_s;
    }
    PulseMap next = drawn;
    for (std::ptrdiff_t n = 0; n < pulses; ++n) {
      // A line through the neighbours, held at zero by a little weight of its own where there is nothing to hear.
      double w = 0.3, x = 0, y = 0, xx = 1, xy = 0;
      for (std::ptrdiff_t m = std::max<std::ptrdiff_t>(0, n - kNeighbours); m < std::min(pulses, n + kNeighbours + 1);
           ++m) {
        const auto distance = static_cast<double>(m - n);
        const double here = (1 - std::abs(distance) / (kNeighbours + 1));
        const double ww = here * weight[static_cast<std::size_t>(m)];
        const double wy = here * off[static_cast<std::size_t>(m)];
        w += ww;
        x += ww * distance;
        y += wy;
        xx += ww * distance * distance;
        xy += wy * distance;
      }
      const double slope = (w * xy - x * y) / (w * xx - x * x);
      next.at_s[static_cast<std::size_t>(n)] += (y - slope * x) / w;
    }
    for (std::size_t n = 1; n < next.at_s.size(); ++n) {
      next.at_s[n] = std::max(next.at_s[n], next.at_s[n - 1] + 0.05);
    }
    drawn = next;
  }
  return drawn;
}

std::vector<PulseTrack> pulse_tracks(const RhythmFeatures& features) {
  const OnsetCurves& curves = features.curves;
  const std::vector<float> pulse = pulse_curve(curves);
  const double duration_s = static_cast<double>(pulse.size()) / curves.frames_per_s;
  const std::vector<double> weights = attack_weights(features.attacks);
  std::vector<PulseTrack> tracks;
  bool is_steady = false;
  for (const TempoClass& one : tempo_classes(pulse, curves.frames_per_s)) {
    if (one.of_first > 0) {
      tracks.push_back(relative_track(tracks.front(), one.of_first, pulse, curves.frames_per_s, curves.first_s));
      tracks.back().strength = one.strength;
      continue;
    }
    PulseTrack track;
    const auto lines = coherent_lines(pulse, curves.frames_per_s, curves.first_s, one.hz);
    track.line = line_on_attacks(lines, features.attacks, weights);
    track.map = map_of(track.line, duration_s);
    track.strength = one.strength;
    track.clarity = track.line.clarity;
    is_steady = is_steady || (one.strength > 0.9 && track.line.coherence > kSteadyCoherence &&
                              is_straight(track.line, features.attacks, weights, duration_s));
    if (!is_steady && duration_s > 12) {
      PulsePath path = followed_pulse(pulse, curves.frames_per_s, curves.first_s, one.hz);
      const PulseMap followed = drawn_to_attacks(path.map, features.attacks);
      const PulseMap drawn = drawn_to_attacks(without_slips(followed, features, weights), features.attacks);
      const double moving = explained_anyhow(drawn, features.attacks, weights);
      if (moving > kBetter * explained_anyhow(track.map, features.attacks, weights)) {
        track.map = drawn;
        track.clarity = path.clarity;
        track.is_constant = false;
      }
    }
    track.certainty = track.clarity;
    tracks.push_back(std::move(track));
  }
  return tracks;
}

}  // namespace segue::analysis
