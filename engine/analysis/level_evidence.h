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

// What speaks for and against a reading; the terms are named where they are computed.
inline constexpr std::size_t kLevelEvidence = 47;
using LevelEvidence = std::array<double, kLevelEvidence>;
// These belong to the pulse or the whole track and are entered by the caller.
inline constexpr std::size_t kStrengthTerm = 27;
inline constexpr std::size_t kClarityTerm = 28;
inline constexpr std::size_t kStartTerm = 29;

// What a pattern says of itself, whatever is taken for its beat.
struct PatternRepetition {
  Repetition all;
  Repetition accents;
  explicit PatternRepetition(const LevelPattern& pattern)
      : all(pattern, Repetition::Of::kAll), accents(pattern, Repetition::Of::kAccents) {}
};

// The terms that all readings of a step share.
LevelEvidence step_evidence(const PatternRepetition& repetition, int step_slots, double bpm,
                            const model::TempoHint& hint);
// Those that tell where the beats are.
void add_phase_evidence(const LevelPattern& pattern, const BeatReading& reading, LevelEvidence& evidence);

// Log of how likely the reading is, up to a constant.
double score_of(const LevelEvidence& evidence);

}  // namespace segue::analysis
