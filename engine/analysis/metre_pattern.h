// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <span>
#include <vector>

#include "engine/analysis/metre_beats.h"
#include "engine/analysis/metre_frames.h"

namespace segue::analysis {

// What is struck within a beat: how much each band rises around each twelfth of it, 0 to 1. Twelfths hold quarters as
// well as thirds.
inline constexpr std::size_t kTwelfths = 12;
using BeatPattern = std::array<std::array<float, kMetreBands>, kTwelfths>;

// The pattern from each beat to the next.
std::vector<BeatPattern> patterns_of(std::span<const double> beats_s, const MetreFrames& frames);

// Fills in the signs kTurn and kLongTurn, for bars of so many beats.
void add_turns(std::vector<BeatSigns>& beats, const std::vector<BeatPattern>& patterns, std::size_t beats_per_bar);

// Whether beats divide in three. Swing does not: it leaves out the second third.
bool has_thirds(const std::vector<BeatPattern>& patterns);

// How much two patterns differ that are so many beats apart, in the mean over the track.
double difference_at(const std::vector<BeatPattern>& patterns, std::size_t lag);

}  // namespace segue::analysis
