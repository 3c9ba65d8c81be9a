// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/analysis/rhythm_features.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// All that can be said of the rhythm of a track of that length, but for its metre.
model::Rhythm estimate_rhythm(const RhythmFeatures& features, double duration_s, const model::TempoHint& hint);

}  // namespace segue::analysis
