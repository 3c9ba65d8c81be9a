// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/analysis/level_pattern.h"
#include "engine/analysis/rhythm_features.h"

namespace segue::analysis {

// A followed pulse may take the off-beat, or a quarter of a beat, for itself after a fill or a sudden change of tempo.
// This finds where it did, by the pattern of what falls where in the pulse, and sets it right.
PulseMap without_slips(const PulseMap& map, const RhythmFeatures& features, const std::vector<double>& weights);

}  // namespace segue::analysis
