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

namespace {

void add_curves(const OnsetCurves& curves, const PulseMap& map, LevelPattern& pattern) {
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
    for (std::size_t band = 0; band < kOnsetBands; ++band) {
      pattern.slots[slot][band] /= static_cast<float>(std::max(1, counts[slot]));
    }
  }
}

// Each attack counts in its own slot and in those beside it.
void add_attacks(const std::vector<Attack>& attacks, const std::vector<double>& weights, const PulseMap& map,
                 LevelPattern& pattern) {
  const double rounds = static_cast<double>(map.at_s.size() - 1) / LevelPattern::kPulses;
  std::size_t pulse = 0;
  for (std::size_t i = 0; i < attacks.size(); ++i) {
    while (pulse + 2 < map.at_s.size() && map.at_s[pulse + 1] <= attacks[i].at_s) ++pulse;
    const double share = (attacks[i].at_s - map.at_s[pulse]) / (map.at_s[pulse + 1] - map.at_s[pulse]);
    const auto slot = static_cast<int>(std::lround((static_cast<double>(pulse) + share) * LevelPattern::kSlotsPerPulse));
    for (int beside = -1; beside <= 1; ++beside) {
      const int place = ((slot + beside) % LevelPattern::kSlots + LevelPattern::kSlots) % LevelPattern::kSlots;
      const std::size_t voice = kOnsetBands + static_cast<std::size_t>(attacks[i].band);
      pattern.slots[static_cast<std::size_t>(place)][voice] += static_cast<float>(weights[i] / std::max(1.0, rounds));
    }
  }
}

}  // namespace

Repetition::Repetition(const LevelPattern& pattern, Of what) : slots_(pattern.slots) {
  constexpr float kAttackScale = 3;  // attacks are some tenths, curves some units
  constexpr std::array<bool, LevelPattern::kVoices> kAccents{true, true, true, false, false, true, true, false};
  for (std::size_t voice = 0; voice < LevelPattern::kVoices; ++voice) {
    float mean = 0;
    for (const auto& slot : slots_) mean += slot[voice];
    mean /= LevelPattern::kSlots;
    float scale = voice < kOnsetBands ? 1 : kAttackScale;
    if (what == Of::kAccents && !kAccents[voice]) scale = 0;
    for (auto& slot : slots_) {
      slot[voice] = scale * (slot[voice] - mean);
      power_ += static_cast<double>(slot[voice] * slot[voice]);
    }
  }
}

double Repetition::after(int shift_slots) const {
  double product = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const auto& here = slots_[i];
    const auto& there = slots_[(i + static_cast<std::size_t>(shift_slots)) % slots_.size()];
    float sum = 0;
    for (std::size_t voice = 0; voice < here.size(); ++voice) sum += here[voice] * there[voice];
    product += static_cast<double>(sum);
  }
  return product / power_;
}

LevelPattern fold(const RhythmFeatures& features, const std::vector<double>& weights, const PulseMap& map) {
  LevelPattern pattern;
  add_curves(features.curves, map, pattern);
  add_attacks(features.attacks, weights, map, pattern);
  return pattern;
}

}  // namespace segue::analysis
