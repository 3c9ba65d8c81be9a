// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "engine/analysis/level_evidence.h"

namespace segue::analysis {

// What evidence is worth together and not apart: a backbeat says another thing at 70 BPM than at 150. Counts `worth`
// times the hyperbolic tangent of the weighed sum.
struct LevelCombination {
  double worth = 0;
  double bias = 0;
  LevelEvidence weights{};
};
inline constexpr std::size_t kLevelCombinations = 16;

// Fitted together (softmax over all readings of a track, held near zero) to some hundred pieces of known beats.
extern const LevelEvidence kLevelWeights;
extern const std::array<LevelCombination, kLevelCombinations> kLevelUnits;

}  // namespace segue::analysis
