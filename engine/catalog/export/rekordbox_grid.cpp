// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/export/rekordbox_grid.h"

#include <algorithm>
#include <cmath>

namespace segue::catalog {
namespace {

constexpr double kDrift_s = 0.002;  // four times what a whole millisecond is off
constexpr std::size_t kMarkersMax = 20'000;

double whole_ms(double seconds) { return std::round(seconds * 1'000) / 1'000; }
double hundredths(double bpm) { return std::round(bpm * 100) / 100; }

}  // namespace

model::BeatGrid rekordbox_grid(const model::BeatGrid& grid, double duration_s) {
  model::BeatGrid rounded{.markers = {}, .beats_per_bar = grid.beats_per_bar};
  for (std::size_t i = 0; i < grid.markers.size(); ++i) {
    model::BeatGrid::Marker marker = grid.markers[i];
    const double end_s = i + 1 < grid.markers.size() ? grid.markers[i + 1].at_s : duration_s;
    const double bar_s = grid.beats_per_bar * 60 / marker.bpm;
    // No place is before the track there.
    if (marker.at_s < 0) marker.at_s += std::ceil(-marker.at_s / bar_s) * bar_s;
    if (marker.at_s >= end_s && i + 1 < grid.markers.size()) continue;
    const double rounded_bar_s = grid.beats_per_bar * 60 / hundredths(marker.bpm);
    model::BeatGrid::Marker anchor{whole_ms(marker.at_s), hundredths(marker.bpm)};
    rounded.markers.push_back(anchor);
    for (double bars = 1, since = 1;; ++bars, ++since) {
      const double at_s = marker.at_s + bars * bar_s;
      if (at_s > end_s - bar_s / 2 || rounded.markers.size() >= kMarkersMax) break;
      if (std::abs(anchor.at_s + since * rounded_bar_s - at_s) <= kDrift_s) continue;
      anchor.at_s = whole_ms(at_s);
      since = 0;
      rounded.markers.push_back(anchor);
    }
  }
  return rounded;
}

}  // namespace segue::catalog
