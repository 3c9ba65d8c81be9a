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

// The part of a track that beats are wanted for.
struct Sounding {
  double from_s = 0;
  double to_s = 0;
};

// Fill in tempo, grid, beats and whether they are constant; beats start with the first at or after from_s.
void lay_constant_grid(const PulseLine& line, const Sounding& heard, model::Rhythm& rhythm);
// With as few markers as keep each beat to within a few milliseconds, whole beats apart.
void lay_moving_grid(const PulseMap& beats, const Sounding& heard, model::Rhythm& rhythm);

}  // namespace segue::analysis
