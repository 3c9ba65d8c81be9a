// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/analysis/chroma.h"
#include "engine/analysis/key_bars.h"

namespace segue::analysis {

// The major triads on C to B, then the minor ones; keys are numbered likewise.
inline constexpr std::size_t kKeys = 24;
using PerKey = std::array<double, kKeys>;

// The harmony of a track over time, one entry a frame of its chroma.
struct Harmony {
  std::vector<Pitches> chord;  // evened in loudness and over half a second; sums to 1 where it is loud
  std::vector<Pitches> bass;   // likewise
  std::vector<PerKey> triads;  // how likely each triad sounds; sums to 1
  std::vector<double> weight;  // 0 where there is nothing but drums or silence, 1 in full harmony
  std::vector<double> bar;     // where it lies in the count of KeyBars
  int phrase = 0;              // in bars; 0 where phrases are not known
  double frames_per_s = 0;
};

// Frames of music tuned `cents` above concert pitch.
Harmony hear_harmony(const Chroma& chroma, double cents, const KeyBars& bars);

}  // namespace segue::analysis
