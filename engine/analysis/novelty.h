// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/analysis/bar_features.h"

namespace segue::analysis {

// What is present in a bar, 0 (nothing) to 1 (as strong as it gets in this track), in each band: first what is held,
// then what is struck.
using Presence = std::array<float, 2 * kBands>;

// Levels of all bars measured against the loudest of the track, so that the answer does not depend on its gain.
std::vector<Presence> presence_of(const std::vector<Bar>& bars);

// What of a presence the ear notices as full or empty, 0 to 1.
float fullness(const Presence& presence);
// Presence of what is struck in the lows: drums, or short notes of a bass.
float drums(const Presence& presence);

// How much changes at the line before each bar, 0 (nothing) to 1 (nearly everything), between the 4 and 8 bars on both
// sides. What is taken away counts in full, what is added by half, for music grows within its sections; drums that
// come in count in full, and so does everything that comes while there are none. Lines within two bars of the ends have
// none.
std::vector<float> novelty_of(const std::vector<Presence>& bars);

}  // namespace segue::analysis
