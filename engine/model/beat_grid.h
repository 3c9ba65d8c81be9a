// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace segue::model {

inline constexpr double kGridBpmMin = 20, kGridBpmMax = 400;

// Where a track's beats are: constant tempo from each marker to the next, the first marker also backwards.
// Beats count from 1 at the first marker, which is a downbeat.
struct BeatGrid {
  struct Marker {
    double at_s = 0;  // seconds from the start of the track
    double bpm = 0;   // kGridBpmMin to kGridBpmMax
  };
  std::vector<Marker> markers;  // in order of place
  int beats_per_bar = 4;        // as time_signature has it

  bool empty() const { return markers.empty(); }
  // Tempo at a place of the track; 0 without a grid.
  double bpm_at(double seconds) const;
  // Place of a beat (1 is the first marker; fractions and numbers below 1 are allowed), in seconds.
  double seconds_of_beat(double beat) const;
  // Beat number at a place, the inverse of seconds_of_beat.
  double beat_at(double seconds) const;
};

// Bars are counted in the beats of the grid: 2 are dotted quarters and 6 eighths, both of 6/8; 3 and 4 are quarters.
inline constexpr bool is_beats_per_bar(int beats) { return beats == 2 || beats == 3 || beats == 4 || beats == 6; }
// "3/4", "4/4" or "6/8": what a bar of so many beats is shown as.
const char* time_signature(int beats_per_bar);

}  // namespace segue::model
