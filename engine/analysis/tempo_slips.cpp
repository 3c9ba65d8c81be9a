// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/tempo_slips.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace segue::analysis {
namespace {

constexpr int kSlots = LevelPattern::kSlotsPerPulse;
constexpr int kSlips = 4;                 // none, a quarter, a half, three quarters
constexpr std::size_t kHop = 4;           // pulses between windows, which are twice as long
constexpr double kChangeCost = 1.0;       // of likeness, for a slip: some sixteen pulses must say so
constexpr int kRounds = 4;
constexpr float kAttackScale = 3;         // attacks are some tenths, curves some units

// What falls where in one pulse or a few, without its mean.
using Pattern = std::array<std::array<float, LevelPattern::kVoices>, kSlots>;

std::vector<Pattern> pulse_patterns(const PulseMap& map, const RhythmFeatures& features,
                                    const std::vector<double>& weights) {
  std::vector<Pattern> patterns(map.at_s.size() - 1);
  const auto frames = static_cast<std::ptrdiff_t>(features.curves.frames());
  for (std::size_t pulse = 0; pulse < patterns.size(); ++pulse) {
    for (int slot = 0; slot < kSlots; ++slot) {
      const double at_s = map.time_of(static_cast<double>(pulse) + static_cast<double>(slot) / kSlots);
      const auto frame = static_cast<std::ptrdiff_t>(std::lround(features.curves.frame_of(at_s)));
      if (frame < 1 || frame + 1 >= frames) continue;
      for (std::size_t band = 0; band < kOnsetBands; ++band) {
        const float* value = features.curves.bands[band].data() + frame;
        patterns[pulse][static_cast<std::size_t>(slot)][band] = std::max({value[-1], value[0], value[1]});
      }
    }
  }
  std::size_t pulse = 0;
  for (std::size_t i = 0; i < features.attacks.size(); ++i) {
    const double at_s = features.attacks[i].at_s;
    while (pulse + 1 < patterns.size() && map.at_s[pulse + 1] <= at_s) ++pulse;
    const double share = (at_s - map.at_s[pulse]) / (map.at_s[pulse + 1] - map.at_s[pulse]);
    const int slot = static_cast<int>(std::lround(share * kSlots));
    for (int beside = -1; beside <= 1; ++beside) {
      const auto place = static_cast<std::size_t>(((slot + beside) % kSlots + kSlots) % kSlots);
      const std::size_t voice = kOnsetBands + static_cast<std::size_t>(features.attacks[i].band);
      patterns[pulse][place][voice] += kAttackScale * static_cast<float>(weights[i]);
    }
  }
  return patterns;
}

void add(Pattern& sum, const Pattern& other, int from_slot) {
  for (int slot = 0; slot < kSlots; ++slot) {
    const auto source = static_cast<std::size_t>((slot + from_slot) % kSlots);
    for (std::size_t voice = 0; voice < LevelPattern::kVoices; ++voice) {
      sum[static_cast<std::size_t>(slot)][voice] += other[source][voice];
    }
  }
}

// Length 1 and mean 0, so that products are likenesses.
void normalise(Pattern& pattern) {
  float power = 1e-9F;
  for (std::size_t voice = 0; voice < LevelPattern::kVoices; ++voice) {
    float mean = 0;
    for (const auto& slot : pattern) mean += slot[voice] / kSlots;
    for (auto& slot : pattern) {
      slot[voice] -= mean;
      power += slot[voice] * slot[voice];
    }
  }
  for (auto& slot : pattern) {
    for (float& value : slot) value /= std::sqrt(power);
  }
}

double likeness(const Pattern& one, const Pattern& other, int from_slot) {
  double product = 0;
  for (int slot = 0; slot < kSlots; ++slot) {
    const auto source = static_cast<std::size_t>((slot + from_slot) % kSlots);
    for (std::size_t voice = 0; voice < LevelPattern::kVoices; ++voice) {
      product += static_cast<double>(one[static_cast<std::size_t>(slot)][voice] * other[source][voice]);
    }
  }
  return product;
}

// The likeliest slip of each window against a common pattern.
std::vector<int> slips_against(const Pattern& common, const std::vector<Pattern>& windows) {
  std::vector<std::array<int, kSlips>> from(windows.size());
  std::array<double, kSlips> score{};
  for (std::size_t window = 0; window < windows.size(); ++window) {
    const auto leader = static_cast<int>(std::max_element(score.begin(), score.end()) - score.begin());
    std::array<double, kSlips> next{};
    for (int slip = 0; slip < kSlips; ++slip) {
      const auto s = static_cast<std::size_t>(slip);
      const double changed = score[static_cast<std::size_t>(leader)] - kChangeCost;
      from[window][s] = score[s] >= changed ? slip : leader;
      next[s] = std::max(score[s], changed) + likeness(common, windows[window], slip * kSlots / kSlips);
    }
    score = next;
  }
  std::vector<int> slips(windows.size());
  auto slip = static_cast<int>(std::max_element(score.begin(), score.end()) - score.begin());
  for (std::size_t window = windows.size(); window-- > 0;) {
    slips[window] = slip;
    slip = from[window][static_cast<std::size_t>(slip)];
  }
  return slips;
}

}  // namespace

PulseMap without_slips(const PulseMap& map, const RhythmFeatures& features, const std::vector<double>& weights) {
  if (map.at_s.size() < 8 * kHop) return map;
  const std::vector<Pattern> pulses = pulse_patterns(map, features, weights);
  std::vector<Pattern> windows;
  for (std::size_t from = 0; from + 2 * kHop <= pulses.size(); from += kHop) {
    Pattern window{};
    for (std::size_t pulse = from; pulse < from + 2 * kHop; ++pulse) add(window, pulses[pulse], 0);
    normalise(window);
    windows.push_back(window);
  }
  std::vector<int> slips(windows.size(), 0);
  for (int round = 0; round < kRounds; ++round) {
    Pattern common{};
    for (std::size_t window = 0; window < windows.size(); ++window) {
      add(common, windows[window], slips[window] * kSlots / kSlips);
    }
    normalise(common);
    slips = slips_against(common, windows);
  }
  PulseMap right;
  double shift = 0;  // in pulses, added up so that neighbours stay neighbours
  int last = slips.front();
  for (std::size_t pulse = 0; pulse < map.at_s.size(); ++pulse) {
    const std::size_t window = std::min(slips.size() - 1, (pulse < kHop / 2 ? 0 : pulse - kHop / 2) / kHop);
    int change = (slips[window] - last + kSlips) % kSlips;
    if (change > kSlips / 2) change -= kSlips;
    shift += static_cast<double>(change) / kSlips;
    last = slips[window];
    const double at_s = map.time_of(static_cast<double>(pulse) + shift);
    if (right.at_s.empty() || at_s > right.at_s.back() + 0.05) right.at_s.push_back(at_s);
  }
  while (right.at_s.front() > map.at_s.front() + 0.01) {
    right.at_s.insert(right.at_s.begin(), 2 * right.at_s[0] - right.at_s[1]);
  }
  return right;
}

}  // namespace segue::analysis
