// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/beat_grid.h"

namespace segue::catalog {

// A grid as rekordbox would have measured it: places in whole milliseconds, tempi in hundredths. Where a rounded tempo
// carries beats off by more than 2 ms the grid is anchored anew, at a bar, up to the end of the track. What begins
// before the track begins at its first whole bar.
model::BeatGrid rekordbox_grid(const model::BeatGrid& grid, double duration_s);

}  // namespace segue::catalog
