// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace segue::model {

// Where a track's beats are: constant tempo from each marker to the next, the first marker also backwards.
// Beats count from 1 at the first marker, which is a downbeat.
struct BeatGrid {
  struct Marker {
    double at_s = 0;  // seconds from the start of the track
    double bpm = 0;   // 20 to 400
  };
  std::vector<Marker> markers;  // in order of place
  int beats_per_bar = 4;        // 3, 4 or 6

  bool empty() const { return markers.empty(); }
  // Tempo at a place of the track; 0 without a grid.
  double bpm_at(double seconds) const;
  // Place of a beat (1 is the first marker; fractions and numbers below 1 are allowed), in seconds.
  double seconds_of_beat(double beat) const;
  // Beat number at a place, the inverse of seconds_of_beat.
  double beat_at(double seconds) const;
};

}  // namespace segue::model
