// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/onset_pulse.h"

#include <algorithm>
#include <cmath>

namespace segue::analysis {
namespace {

constexpr double kMeanSeconds = 0.5;

}  // namespace

std::vector<float> pulse_curve(const OnsetCurves& curves) {
  const std::size_t frames = curves.frames();
  std::vector<float> sum(frames, 0.0F);
  for (const auto& band : curves.bands) {
    for (std::size_t i = 0; i < frames; ++i) sum[i] += band[i];
  }
  // Running sums are exact enough in double and make the moving mean independent of its length.
  std::vector<double> total(frames + 1, 0.0);
  for (std::size_t i = 0; i < frames; ++i) total[i + 1] = total[i] + static_cast<double>(sum[i]);
  const auto half = static_cast<std::size_t>(std::lround(kMeanSeconds * curves.frames_per_s / 2));
  std::vector<float> pulse(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    const std::size_t from = i < half ? 0 : i - half;
    const std::size_t to = std::min(frames, i + half + 1);
    const double mean = (total[to] - total[from]) / static_cast<double>(to - from);
    pulse[i] = std::max(0.0F, sum[i] - static_cast<float>(mean));
  }
  return pulse;
}

}  // namespace segue::analysis
