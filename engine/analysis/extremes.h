// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace segue::analysis {

// The lowest and the highest of some samples.
struct Extremes {
  float low = 0;
  float high = 0;

  float magnitude() const { return -low > high ? -low : high; }
};

// Of `count` samples, at least one.
Extremes extremes_of(const float* samples, int count);

}  // namespace segue::analysis
