// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "engine/analysis/level_pattern.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// One way to hear a pattern: a beat each step_slots, the first at offset_slots.
struct BeatReading {
  int step_slots = LevelPattern::kSlotsPerPulse;
  int offset_slots = 0;
  double bpm = 0;
};

inline constexpr std::size_t kLevelEvidence = 20;
using LevelEvidence = std::array<double, kLevelEvidence>;

// What speaks for and against a reading; the terms are named where they are computed.
LevelEvidence evidence_of(const LevelPattern& pattern, const BeatReading& reading, const model::TempoHint& hint);

// Log of how likely the reading is, up to a constant.
double score_of(const LevelEvidence& evidence);

}  // namespace segue::analysis
