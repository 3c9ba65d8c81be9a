// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace segue::analysis {

// A tempo without its octave: the pulses hz × 2^n are its members.
struct TempoClass {
  double hz = 0;        // the member from kTempoClassHz up to twice that
  double strength = 0;  // 1 is the strongest class of the track
  double of_first = 0;  // where it is a relative of the strongest by 3:2 or 4:3: the exact ratio
};
inline constexpr double kTempoClassHz = 84.0 / 60;

// The classes whose pulses a pulse curve has, strongest first, to about 0.3 %; with the strongest its relatives by
// 3:2 and 4:3. Empty if nothing pulses.
std::vector<TempoClass> tempo_classes(const std::vector<float>& pulse, double frames_per_s);

}  // namespace segue::analysis
