// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/analysis/level_pattern.h"

namespace segue::analysis {

// A pulse whose tempo may move, and how much of the curve is in step with it, 0 to 1.
struct PulsePath {
  PulseMap map;
  double clarity = 0;
};

// Follows the pulse that is near `hz` through a pulse curve that starts at first_s and ends at first_s + its length:
// the smoothest good path of local tempo, up to 28 % either way, and along it the phase, which is what counts.
PulsePath followed_pulse(std::span<const float> pulse, double frames_per_s, double first_s, double hz);

}  // namespace segue::analysis
