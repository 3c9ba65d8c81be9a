// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/analysis/level_evidence.h"
#include "engine/analysis/tempo_track.h"

namespace segue::analysis {

// One way to hear a track, and how likely it is.
struct RatedReading {
  std::size_t track = 0;  // of the pulse tracks
  BeatReading reading;
  LevelEvidence evidence{};
  double likelihood = 0;  // all of a track's sum up to 1
};

// Every way worth a thought, the likeliest first.
std::vector<RatedReading> readings_of(const std::vector<PulseTrack>& tracks, const RhythmFeatures& features,
                                      const model::TempoHint& hint);

}  // namespace segue::analysis
