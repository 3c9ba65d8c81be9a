// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/analysis/rhythm_features.h"

namespace segue::analysis {

// Times of pulses one after another, and anywhere between them.
struct PulseMap {
  std::vector<double> at_s;  // in order, at least two; the first at or before the start of the music

  double time_of(double pulse) const;
};

// The average of two, three, four, six, eight … pulses of a track: how strong the onsets of each band are at each 24th
// of a pulse, over 24 pulses.
struct LevelPattern {
  static constexpr int kSlotsPerPulse = 24;
  static constexpr int kPulses = 24;
  static constexpr int kSlots = kSlotsPerPulse * kPulses;
  std::array<std::array<float, kOnsetBands>, kSlots> slots{};

  const std::array<float, kOnsetBands>& at(int slot) const {
    return slots[static_cast<std::size_t>(((slot % kSlots) + kSlots) % kSlots)];
  }
};

LevelPattern fold(const OnsetCurves& curves, const PulseMap& map);

}  // namespace segue::analysis
