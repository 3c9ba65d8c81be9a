// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "engine/analysis/level_pattern.h"
#include "engine/analysis/rhythm_features.h"
#include "engine/analysis/tempo_fit.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// A line of beats drawn through the starts of what sounds on them.
PulseLine beat_line(const PulseLine& line, std::span<const Attack> attacks);

// Fill in tempo, grid, beats and whether they are constant; beats start with the first at or after 0.
void lay_constant_grid(const PulseLine& line, double duration_s, model::Rhythm& rhythm);
// With as few markers as keep each beat to within a few milliseconds, whole beats apart.
void lay_moving_grid(const PulseMap& beats, double duration_s, model::Rhythm& rhythm);

}  // namespace segue::analysis
