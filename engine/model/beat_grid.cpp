// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/beat_grid.h"

#include <cstddef>

namespace segue::model {

double BeatGrid::bpm_at(double seconds) const {
  double bpm = 0;
  for (const Marker& marker : markers) {
    if (bpm != 0 && marker.at_s > seconds) break;
    bpm = marker.bpm;
  }
  return bpm;
}

double BeatGrid::seconds_of_beat(double beat) const {
  double remaining = beat - 1;
  for (std::size_t i = 0; i < markers.size(); ++i) {
    const double beats_per_s = markers[i].bpm / 60;
    const bool is_last = i + 1 == markers.size();
    const double beats_here = is_last ? 0 : (markers[i + 1].at_s - markers[i].at_s) * beats_per_s;
    if (is_last || remaining < beats_here) return markers[i].at_s + remaining / beats_per_s;
    remaining -= beats_here;
  }
  return 0;
}

double BeatGrid::beat_at(double seconds) const {
  double beat = 1;
  for (std::size_t i = 0; i < markers.size(); ++i) {
    const double beats_per_s = markers[i].bpm / 60;
    const bool is_last = i + 1 == markers.size();
    if (is_last || seconds < markers[i + 1].at_s) return beat + (seconds - markers[i].at_s) * beats_per_s;
    beat += (markers[i + 1].at_s - markers[i].at_s) * beats_per_s;
  }
  return beat;
}

const char* time_signature(int beats_per_bar) {
  if (beats_per_bar == 3) return "3/4";
  return beats_per_bar == 4 ? "4/4" : "6/8";
}

}  // namespace segue::model
