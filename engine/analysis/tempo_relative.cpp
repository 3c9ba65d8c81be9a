// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/tempo_relative.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

namespace segue::analysis {
namespace {

constexpr int kDivisions = 4;

// Share of the curve that is in step with the pulses of a map or with one division of them.
double clarity_along(const PulseMap& map, std::span<const float> pulse, double frames_per_s, double first_s) {
  std::array<std::complex<double>, kDivisions> sums{};
  double all = 1e-9;
  std::size_t at = 0;
  for (std::size_t frame = 0; frame < pulse.size(); ++frame) {
    if (pulse[frame] <= 0) continue;
    const double seconds = first_s + static_cast<double>(frame) / frames_per_s;
    while (at + 2 < map.at_s.size() && map.at_s[at + 1] <= seconds) ++at;
    const double share = (seconds - map.at_s[at]) / (map.at_s[at + 1] - map.at_s[at]);
    const std::complex<double> turn = std::polar(1.0, -2 * std::numbers::pi * share);
    std::complex<double> power = turn;
    for (auto& sum : sums) {
      sum += static_cast<double>(pulse[frame]) * power;
      power *= turn;
    }
    all += static_cast<double>(pulse[frame]);
  }
  double clearest = 0;
  for (const auto& sum : sums) clearest = std::max(clearest, std::abs(sum) / all);
  return clearest;
}

}  // namespace

PulseTrack relative_track(const PulseTrack& other, double ratio, std::span<const float> pulse, double frames_per_s,
                          double first_s) {
  PulseTrack track = other;
  track.line.period_s /= ratio;
  track.map.at_s.clear();
  const auto pulses = static_cast<double>(other.map.at_s.size() - 1);
  for (double n = 0; n <= pulses * ratio + 1e-6; ++n) track.map.at_s.push_back(other.map.time_of(n / ratio));
  track.clarity = clarity_along(track.map, pulse, frames_per_s, first_s);
  return track;
}

}  // namespace segue::analysis
