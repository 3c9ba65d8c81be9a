// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/analysis/level_pattern.h"
#include "engine/analysis/rhythm_features.h"
#include "engine/analysis/tempo_fit.h"

namespace segue::analysis {

// A pulse of the track, from its start to its end: one that its beats may be counted by.
struct PulseTrack {
  PulseMap map;
  PulseLine line;           // the same, where the tempo is constant
  bool is_constant = true;
  double strength = 0;      // of its class, 1 for the strongest
  double clarity = 0;       // share of the onsets that keep in step with it, 0 to 1
  double certainty = 0;     // the same, of it or of the one it is a relative of
};

// What the track may be counted by, most prominent first. Tempi that move are followed only where no constant one
// explains the track.
std::vector<PulseTrack> pulse_tracks(const RhythmFeatures& features);

// Share of the attacks, by weight, that fall on pulses, halves or thirds of them: 0 to 1, and about 0.15 by chance.
double tightness(const PulseMap& map, std::span<const Attack> attacks);

// Moves the times of a map towards the attacks near them, smoothly: none further than a neighbour of a few pulses.
PulseMap drawn_to_attacks(const PulseMap& map, std::span<const Attack> attacks);

}  // namespace segue::analysis
