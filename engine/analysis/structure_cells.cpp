// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/structure_cells.h"

#include <algorithm>
#include <cmath>

namespace segue::analysis {
namespace {

// Bands that make up each range.
constexpr std::array<std::size_t, kRanges + 1> kRangeBands = {0, 3, 8, 13, kBands};
// Quieter than this is silence: −80 dBFS.
constexpr float kFloorPower = 1e-8F;
// Smaller rises are what noise does by itself.
constexpr float kRiseMinDb = 3.0F;

float sum(const float* values, std::size_t count) {
  // Eight sums at once: the compiler may not reorder one.
  std::array<float, 8> lanes{};
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) lanes[lane] += values[i + lane];
  }
  float total = 0;
  for (; i < count; ++i) total += values[i];
  for (const float lane : lanes) total += lane;
  return total;
}

}  // namespace

FeatureCells::FeatureCells(int sample_rate_hz) {
  const Spectrum spectrum(sample_rate_hz);
  const double bin_hz = static_cast<double>(sample_rate_hz) / spectrum.window();
  for (std::size_t i = 0; i <= kBands; ++i) {
    const auto bin = static_cast<std::size_t>(std::ceil(kBandEdgesHz[i] / bin_hz));
    first_bin_[i] = std::min(bin, static_cast<std::size_t>(spectrum.bins()));
  }
  for (auto& levels : before_) levels.fill(10 * std::log10(kFloorPower));
}

std::array<float, kBands> FeatureCells::bands_of(const SpectrumFrame& frame) const {
  std::array<float, kBands> power{};
  for (std::size_t i = 0; i < kBands; ++i) {
    power[i] = sum(frame.power.data() + first_bin_[i], first_bin_[i + 1] - first_bin_[i]);
  }
  return power;
}

// Rises are taken over two frames, in which a window meets a whole attack; so each rise is counted twice, and halved.
FeatureCells::Levels FeatureCells::attacks_of(const std::array<float, kBands>& power) {
  Levels levels{};
  Levels attacks{};
  for (std::size_t range = 0; range < kRanges; ++range) {
    const std::size_t from = kRangeBands[range];
    levels[range] = 10 * std::log10(kFloorPower + sum(power.data() + from, kRangeBands[range + 1] - from));
    const float rise = levels[range] - before_[0][range];
    if (rise > kRiseMinDb) attacks[range] = rise / 2;
  }
  before_ = {before_[1], levels};
  return attacks;
}

void FeatureCells::push(const SpectrumFrame& frame) {
  const auto power = bands_of(frame);
  const auto attacks = attacks_of(power);
  const float glide = glide_.push(frame);
  if (frame.centre_s < 0 || frame.centre_s >= kMaxS) return;
  const auto index = static_cast<std::size_t>(frame.centre_s / kCellS);
  if (index >= cells_.size()) cells_.resize(index + 1);
  Cell& cell = cells_[index];
  // A running mean, so that a cell can be read at any time.
  const float weight = 1.0F / static_cast<float>(++cell.frames);
  for (std::size_t i = 0; i < kBands; ++i) cell.power[i] += weight * (power[i] - cell.power[i]);
  cell.glide += weight * (glide - cell.glide);
  for (std::size_t i = 0; i < kRanges; ++i) cell.attack[i] += attacks[i];
}

}  // namespace segue::analysis
