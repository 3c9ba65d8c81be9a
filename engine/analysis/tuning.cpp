// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/tuning.h"

#include <cmath>
#include <numbers>

namespace segue::analysis {

// Semitones lie on a circle of 100 cents: a mean of points on it knows no jump between −50 and +50.
void TuningMeter::add(double hz, double weight) {
  const double turn = 2 * std::numbers::pi * 12 * std::log2(hz / 440);
  real_ += weight * std::cos(turn);
  imaginary_ += weight * std::sin(turn);
  weight_ += weight;
}

double TuningMeter::cents() const {
  return weight_ > 0 ? 100 * std::atan2(imaginary_, real_) / (2 * std::numbers::pi) : 0;
}

double TuningMeter::agreement() const { return weight_ > 0 ? std::hypot(real_, imaginary_) / weight_ : 0; }

}  // namespace segue::analysis
