// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "engine/analysis/tempo_track.h"

namespace segue::analysis {

// The pulse that has `ratio` pulses for each one of another: dotted quarters beside pairs of eighths, thirds of a beat
// beside quarters. It keeps in step wherever the other does; one of its quarters or thirds lies on any beat of the other.
// `pulse` and `first_s` are the curve that says how clear it is.
PulseTrack relative_track(const PulseTrack& other, double ratio, std::span<const float> pulse, double frames_per_s,
                          double first_s);

}  // namespace segue::analysis
