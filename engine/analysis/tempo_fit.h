// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/analysis/rhythm_features.h"

namespace segue::analysis {

// A pulse that never changes: at_s + n × period_s.
struct PulseLine {
  double at_s = 0;
  double period_s = 0;
  double coherence = 0;  // share of what pulses within seconds that keeps in step over the whole track, 0 to 1
  double clarity = 0;    // share of all onsets that keep in step, 0 to 1
  int divisions = 1;     // of the period that most of the music falls on: 1, 2, 3 or 4

  double time_of(double pulses) const { return at_s + pulses * period_s; }
};

// The pulse near `hz` that the whole of the curve agrees on; exact to about a hundredth of a beat over its length. Of
// one period, but several places: a line for each division that much of the music is in step with, the strongest first.
// `pulse` is a pulse curve whose first value belongs to first_s.
std::vector<PulseLine> coherent_lines(std::span<const float> pulse, double frames_per_s, double first_s, double hz);

// The same line drawn through the attacks near its divisions, outliers ignored: exact to a few millionths. Weights are
// by loudness within each band. Unchanged if there are too few attacks.
PulseLine fitted_line(const PulseLine& line, std::span<const Attack> attacks);

// How much each attack counts, 0 to 1: by level within its band and by how much of it is new.
std::vector<double> attack_weights(std::span<const Attack> attacks);

}  // namespace segue::analysis
