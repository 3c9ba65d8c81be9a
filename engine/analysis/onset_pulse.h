// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/analysis/rhythm_features.h"

namespace segue::analysis {

// All bands of the curves in one, without what is slower than half a second: the curve that pulses are looked for in.
// As long as the curves.
std::vector<float> pulse_curve(const OnsetCurves& curves);

}  // namespace segue::analysis
