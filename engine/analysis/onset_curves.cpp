// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/onset_curves.h"

#include <algorithm>
#include <cmath>

namespace segue::analysis {
namespace {

constexpr double kCellsPerOctave = 6;
// Amplitude at which the level turns from linear to logarithmic: −66 dB. What is far below is not heard beside music.
constexpr float kLinearBelow = 0.0005F;

}  // namespace

OnsetCurveTracker::OnsetCurveTracker(double frames_per_s) { curves_.frames_per_s = frames_per_s; }

void OnsetCurveTracker::make_cells(const SpectrumFrame& frame) {
  curves_.first_s = frame.centre_s;
  const int bins = static_cast<int>(frame.power.size());
  for (std::size_t band = 0; band < kOnsetBands; ++band) {
    const std::size_t before = cells_.size();
    const int end = std::min(bins, static_cast<int>(std::ceil(kOnsetBandsHz[band + 1] / frame.bin_hz)));
    int bin = std::max(1, static_cast<int>(std::ceil(kOnsetBandsHz[band] / frame.bin_hz)));
    while (bin < end) {
      const int next = std::max(bin + 1, static_cast<int>(bin * std::exp2(1 / kCellsPerOctave)));
      cells_.push_back({bin, std::min(next, end), band});
      bin = next;
    }
    const std::size_t count = cells_.size() - before;
    band_scale_[band] = count == 0 ? 0.0F : 1.0F / static_cast<float>(count);
  }
  for (auto& levels : levels_) levels.assign(cells_.size(), 0.0F);
}

void OnsetCurveTracker::push(const SpectrumFrame& frame) {
  if (cells_.empty()) make_cells(frame);
  const std::size_t turn = curves_.frames() % 3;
  std::vector<float>& now = levels_[turn];
  const std::vector<float>& before = levels_[(turn + 1) % 3];  // two frames ago
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    float power = 0;
    for (int bin = cells_[i].first_bin; bin < cells_[i].end_bin; ++bin) power += frame.power[static_cast<std::size_t>(bin)];
    now[i] = std::log1p(std::sqrt(power) / kLinearBelow);
  }
  std::array<float, kOnsetBands> sums{};
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    float reference = before[i];
    if (i > 0) reference = std::max(reference, before[i - 1]);
    if (i + 1 < cells_.size()) reference = std::max(reference, before[i + 1]);
    sums[cells_[i].band] += std::max(0.0F, now[i] - reference);
  }
  for (std::size_t band = 0; band < kOnsetBands; ++band) curves_.bands[band].push_back(sums[band] * band_scale_[band]);
}

}  // namespace segue::analysis
