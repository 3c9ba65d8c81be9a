// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "engine/analysis/spectrum.h"
#include "engine/analysis/vocal.h"

namespace segue::analysis {

// Edges of the bands that sections are told apart by, in Hz: half an octave wide where the ear is sharp.
inline constexpr std::array<double, 18> kBandEdgesHz = {30,   60,   90,   130,  180,  250,  350,  500,   700,
                                                        1000, 1400, 2000, 2800, 4000, 5600, 8000, 11000, 16000};
inline constexpr std::size_t kBands = kBandEdgesHz.size() - 1;

// Ranges in which attacks are told apart: drums' lows, bodies, snares and clicks, cymbals. Each is whole bands.
enum class Range : std::size_t { kLow, kBody, kMid, kHigh };
inline constexpr std::size_t kRanges = 4;

// What was heard in 40 ms.
struct Cell {
  std::array<float, kBands> power{};    // mean, a sine of amplitude 1 is about 1.5
  std::array<float, kRanges> attack{};  // dB by which levels rose
  float glide = 0;                      // mean, of GlideMeter
  int frames = 0;
};

// Collects cells while a track streams in; bounded: the first hour. One thread.
class FeatureCells {
 public:
  static constexpr double kCellS = 0.04;
  static constexpr double kMaxS = 3600;

  // Of the track whose frames are pushed.
  explicit FeatureCells(int sample_rate_hz);

  void push(const SpectrumFrame& frame);
  const std::vector<Cell>& cells() const { return cells_; }

 private:
  using Levels = std::array<float, kRanges>;
  std::array<float, kBands> bands_of(const SpectrumFrame& frame) const;
  Levels attacks_of(const std::array<float, kBands>& power);

  std::vector<Cell> cells_;
  std::array<std::size_t, kBands + 1> first_bin_{};
  GlideMeter glide_;
  std::array<Levels, 2> before_{};  // levels in dB of the two frames before
};

}  // namespace segue::analysis
