// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/analysis/structure_cells.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// Silence.
inline constexpr float kFloorDb = -80.0F;

// What sounds in one bar. Levels in dB of full scale, at least −80.
struct Bar {
  double at_s = 0;
  double length_s = 0;
  std::array<float, kBands> held{};      // what is there nearly all the time: the lower quartile
  std::array<float, kBands> struck{};    // what is there at times: the level exceeded a tenth of the time
  std::array<float, kRanges> attack{};   // dB by which levels rose, a beat
  std::array<float, kRanges> attacks{};  // rises of 6 dB and more, a beat
  float attacks_per_s = 0;               // the busiest of the ranges above the lows
  float glide = 0;                       // mean, of GlideMeter
  float loudness_db = kFloorDb;          // as the ear weighs it
  float low_db = kFloorDb;               // below 180 Hz
};

// Places of bar lines: downbeats from the first on, or seconds where there is no grid; one more than there are bars.
std::vector<double> bar_lines(const model::Rhythm& rhythm, const model::SoundBounds& sound);

// One for each two neighbouring lines, as far as cells go.
std::vector<Bar> bars_of(const std::vector<Cell>& cells, const std::vector<double>& lines, int beats_per_bar);

}  // namespace segue::analysis
