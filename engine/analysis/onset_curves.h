// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/analysis/rhythm_features.h"
#include "engine/analysis/spectrum.h"

namespace segue::analysis {

// Spectral flux by band, in the manner of SuperFlux (Böck and Widmer, 2013): what is louder than it was two frames
// ago, and louder than its neighbours were, so that vibrato is no onset. One thread; grows by 20 bytes a frame.
class OnsetCurveTracker {
 public:
  explicit OnsetCurveTracker(double frames_per_s);

  void push(const SpectrumFrame& frame);
  const OnsetCurves& curves() const { return curves_; }

 private:
  // Neighbouring bins that are heard as one, from 24 an octave down to single bins.
  struct Cell {
    int first_bin = 0;
    int end_bin = 0;
    std::size_t band = 0;
  };
  void make_cells(const SpectrumFrame& frame);

  OnsetCurves curves_;
  std::vector<Cell> cells_;
  std::array<float, kOnsetBands> band_scale_{};    // one over the number of cells
  std::array<std::vector<float>, 3> levels_;       // log levels of the cells in this frame and the two before, in turn
};

}  // namespace segue::analysis
