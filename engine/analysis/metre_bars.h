// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/analysis/metre_beats.h"
#include "engine/analysis/metre_pattern.h"

namespace segue::analysis {

// How beats group into bars.
struct BarLines {
  int beats_per_bar = 4;
  int first = 0;          // index of the first beat that begins a bar
  double confidence = 0;  // 0 to 1, of `first`
};

// Four beats to a bar unless the beats say otherwise: 3, 6 that are eighths, or 2 that are dotted quarters.
int beats_per_bar(const std::vector<BeatSigns>& beats, const std::vector<BeatPattern>& patterns, double bpm);

// Where bars of so many beats begin, by evidence from the whole track.
BarLines find_bar_lines(const std::vector<BeatSigns>& beats, int beats_per_bar);

// How bars group into phrases.
struct PhraseGroups {
  int bars = 0;   // 4, 8, 16; 0: could not be told
  int first = 0;  // index of the first bar that begins a phrase
};

PhraseGroups find_phrases(const std::vector<BeatSigns>& beats, const BarLines& lines);

}  // namespace segue::analysis
