// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "engine/model/beat_grid.h"

namespace segue::catalog {

// A place of another program's grid.
struct ForeignMarker {
  double at_s = 0;  // may be before the track
  double bpm = 0;
  int beat = 1;  // in its bar, from 1: 1 is the downbeat
};

// What other programs write is rounded to whole milliseconds, one marker for each beat at worst; a grid made of such
// places wobbles by up to half a BPM. So: markers that all say one tempo are that tempo from the first place on;
// places that lie on one line within their rounding are the tempo of that line; else the fewest markers that are never
// more than the rounding away, each a whole number of beats behind the one before, as ours must be. The first marker
// becomes a downbeat within the track. Nothing without markers. Their tempi are within 20 to 400.
std::optional<model::BeatGrid> fitted_grid(std::vector<ForeignMarker> markers, int beats_per_bar);

// As many markers as a deck takes: where there are more, every other one goes until it fits, and beats between those
// that stay are spread evenly.
void thin_out(model::BeatGrid& grid);

}  // namespace segue::catalog
