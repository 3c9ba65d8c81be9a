// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/beat_grid_fit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/model/config.h"

namespace segue::analysis {
namespace {

constexpr double kBeforeStartS = 0.010;   // a beat this little before the music is its first
constexpr double kMarkerErrorS = 0.004;   // that a beat may be off its marker's line
constexpr double kEarlyShare = 0.35;      // of what sounds on the beats, by weight, that starts before the line
constexpr double kReachS = 0.020;

// Weighted quantile of how far attacks near the line are behind it; 0 if there are too few.
double offset_of(const PulseLine& line, std::span<const Attack> attacks, const std::vector<double>& weights) {
  struct Off {
    double seconds = 0;
    double weight = 0;
  };
  std::vector<Off> offs;
  double total = 0;
  for (std::size_t i = 0; i < attacks.size(); ++i) {
    const double number = std::round((attacks[i].at_s - line.at_s) / line.period_s);
    const double off_s = attacks[i].at_s - line.time_of(number);
    if (std::abs(off_s) > kReachS) continue;
    const double weight = weights[i] * (1 - off_s * off_s / (kReachS * kReachS));
    offs.push_back({off_s, weight});
    total += weight;
  }
  if (offs.size() < 4) return 0;
  std::sort(offs.begin(), offs.end(), [](const Off& a, const Off& b) { return a.seconds < b.seconds; });
  double sum = 0;
  for (const Off& off : offs) {
    sum += off.weight;
    if (sum >= kEarlyShare * total) return off.seconds;
  }
  return offs.back().seconds;
}

}  // namespace

PulseLine beat_line(const PulseLine& line, std::span<const Attack> attacks) {
  PulseLine fit = fitted_line(line, attacks);
  const std::vector<double> weights = attack_weights(attacks);
  for (int round = 0; round < 2; ++round) fit.at_s += offset_of(fit, attacks, weights);
  return fit;
}

void lay_constant_grid(const PulseLine& line, const Sounding& heard, model::Rhythm& rhythm) {
  rhythm.is_constant = true;
  rhythm.bpm = 60 / line.period_s;
  const double first = std::ceil((heard.from_s - kBeforeStartS - line.at_s) / line.period_s);
  rhythm.first_beat_s = line.time_of(first);
  rhythm.grid.markers = {{rhythm.first_beat_s, rhythm.bpm}};
  for (double n = first; line.time_of(n) < heard.to_s; ++n) rhythm.beats_s.push_back(line.time_of(n));
}

void lay_moving_grid(const PulseMap& beats, const Sounding& heard, model::Rhythm& rhythm) {
  rhythm.is_constant = false;
  for (const double at : beats.at_s) {
    if (at >= heard.from_s - kBeforeStartS && at < heard.to_s) rhythm.beats_s.push_back(at);
  }
  const std::vector<double>& at = rhythm.beats_s;
  if (at.size() < 2) return;
  rhythm.first_beat_s = at.front();
  std::size_t from = 0;
  std::size_t longest = 0;
  while (from + 1 < at.size() && rhythm.grid.markers.size() < static_cast<std::size_t>(model::kGridMarkersMax)) {
    // As far as a line from this beat to that one passes near all between. Slopes that keep each beat near narrow down.
    double low = 0;
    double high = 1e9;
    std::size_t to = from + 1;
    for (std::size_t i = from + 1; i < at.size(); ++i) {
      const auto count = static_cast<double>(i - from);
      const double slope = (at[i] - at[from]) / count;
      if (slope < low || slope > high) break;
      to = i;
      low = std::max(low, slope - kMarkerErrorS / count);
      high = std::min(high, slope + kMarkerErrorS / count);
    }
    const double bpm = 60 * static_cast<double>(to - from) / (at[to] - at[from]);
    rhythm.grid.markers.push_back({at[from], bpm});
    if (to - from > longest) {
      longest = to - from;
      rhythm.bpm = bpm;
    }
    from = to;
  }
}

}  // namespace segue::analysis
