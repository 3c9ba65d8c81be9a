// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/level_pattern.h"

#include <algorithm>
#include <cmath>

namespace segue::analysis {

double PulseMap::time_of(double pulse) const {
  const auto last = static_cast<double>(at_s.size() - 2);
  const double whole = std::clamp(std::floor(pulse), 0.0, last);
  const auto i = static_cast<std::size_t>(whole);
  return at_s[i] + (pulse - whole) * (at_s[i + 1] - at_s[i]);
}

LevelPattern fold(const OnsetCurves& curves, const PulseMap& map) {
  LevelPattern pattern;
  const auto frames = static_cast<std::ptrdiff_t>(curves.frames());
  const auto total = static_cast<int>(map.at_s.size() - 1) * LevelPattern::kSlotsPerPulse;
  std::array<int, LevelPattern::kSlots> counts{};
  for (int s = 0; s < total; ++s) {
    const double seconds = map.time_of(static_cast<double>(s) / LevelPattern::kSlotsPerPulse);
    const auto frame = static_cast<std::ptrdiff_t>(std::lround(curves.frame_of(seconds)));
    if (frame < 1 || frame + 1 >= frames) continue;
    const auto slot = static_cast<std::size_t>(s % LevelPattern::kSlots);
    ++counts[slot];
    for (std::size_t band = 0; band < kOnsetBands; ++band) {
      const float* value = curves.bands[band].data() + frame;
      pattern.slots[slot][band] += std::max({value[-1], value[0], value[1]});
    }
  }
  for (std::size_t slot = 0; slot < counts.size(); ++slot) {
    for (float& value : pattern.slots[slot]) value /= static_cast<float>(std::max(1, counts[slot]));
  }
  return pattern;
}

}  // namespace segue::analysis
