// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/energy.h"

#include <algorithm>
#include <cmath>

namespace segue::analysis {
namespace {

// Scores of the calmest and the most driving music.
constexpr double kCalm = 0.2, kPeak = 0.8;
constexpr float kCurveDb = 24.0F;
constexpr float kBassBelowAllDb = 30.0F;
constexpr float kBeatAttackDb = 15.0F;  // a beat, by which drums raise what is above the lows
constexpr std::size_t kHighFrom = 13;   // bands from 4 kHz on
constexpr double kTiltFromHz = 60, kTiltToHz = 10'000;
constexpr float kGateDb = 40.0F;  // cells this far below the loudest are silence to the tilt

float highs(const Presence& presence) {
  float total = 0;
  for (std::size_t band = kHighFrom; band < kBands; ++band) total += presence[kBands + band];
  return total / static_cast<float>(kBands - kHighFrom);
}

float power_of(const Cell& cell) {
  float total = 0;
  for (const float power : cell.power) total += power;
  return total;
}

}  // namespace

std::vector<float> energy_curve(const std::vector<Bar>& bars, const std::vector<Presence>& presences) {
  float loudest = kFloorDb;
  for (const Bar& bar : bars) loudest = std::max(loudest, bar.loudness_db);
  std::vector<float> energy(bars.size());
  for (std::size_t i = 0; i < bars.size() && loudest > kFloorDb; ++i) {
    const float loud = std::clamp(1 + (bars[i].loudness_db - loudest) / kCurveDb, 0.0F, 1.0F);
    energy[i] = 0.7F * loud + 0.2F * drums(presences[i]) + 0.1F * highs(presences[i]);
  }
  return energy;
}

std::vector<float> beat_curve(const std::vector<Bar>& bars, const std::vector<Presence>& presences) {
  std::vector<float> beat(bars.size());
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const auto& attack = bars[i].attack;
    const float above =
        std::max(attack[static_cast<std::size_t>(Range::kMid)], attack[static_cast<std::size_t>(Range::kHigh)]);
    beat[i] = drums(presences[i]) * (0.4F + 0.6F * std::min(1.0F, above / kBeatAttackDb));
  }
  return beat;
}

std::vector<float> bass_curve(const std::vector<Bar>& bars) {
  float deepest = kFloorDb;
  float loudest = kFloorDb;
  for (const Bar& bar : bars) {
    deepest = std::max(deepest, bar.low_db);
    loudest = std::max(loudest, bar.loudness_db);
  }
  std::vector<float> bass(bars.size());
  if (deepest <= kFloorDb || deepest < loudest - kBassBelowAllDb) return bass;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    bass[i] = std::clamp(1 + (bars[i].low_db - deepest) / kCurveDb, 0.0F, 1.0F);
  }
  return bass;
}

double spectral_tilt_db(const std::vector<Cell>& cells) {
  float loudest = 0;
  for (const Cell& cell : cells) loudest = std::max(loudest, power_of(cell));
  if (loudest <= 1e-12F) return 0;
  std::array<double, kBands> sums{};
  for (const Cell& cell : cells) {
    if (power_of(cell) < loudest * std::pow(10.0F, -kGateDb / 10)) continue;
    for (std::size_t band = 0; band < kBands; ++band) sums[band] += static_cast<double>(cell.power[band]);
  }
  // A least-squares line through level over octaves.
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (std::size_t band = 0; band < kBands; ++band) {
    const double from = kBandEdgesHz[band], to = kBandEdgesHz[band + 1];
    if (from < kTiltFromHz || to > kTiltToHz * 1.2 || sums[band] <= 0) continue;
    const double octave = std::log2(std::sqrt(from * to));
    const double level = 10 * std::log10(sums[band] / (to - from));
    n += 1, x += octave, y += level, xx += octave * octave, xy += octave * level;
  }
  return n < 3 ? 0 : (n * xy - x * y) / (n * xx - x * x);
}

int energy_level(const std::vector<Bar>& bars, const std::vector<float>& energy, double bpm) {
  std::vector<float> sorted = energy;
  if (sorted.empty()) return 0;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
  const float half = sorted[sorted.size() / 2];
  double count = 0, attacks = 0, drive = 0, bright = 0, dense = 0;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    if (energy[i] < half || bars[i].loudness_db <= kFloorDb) continue;
    const Bar& bar = bars[i];
    double held = 0, struck = 0, high = 0;
    for (std::size_t band = 0; band < kBands; ++band) {
      const double power = std::pow(10.0, static_cast<double>(bar.struck[band]) / 10);
      struck += power;
      held += std::pow(10.0, static_cast<double>(bar.held[band]) / 10);
      if (band >= kHighFrom - 4) high += power;
    }
    count += 1;
    attacks += static_cast<double>(bar.attacks_per_s);
    drive += std::clamp(1 + static_cast<double>(bar.low_db - bar.loudness_db) / 18, 0.0, 1.0);
    bright += std::clamp(1 + 10 * std::log10((high + 1e-12) / (struck + 1e-12)) / 30, 0.0, 1.0);
    dense += std::clamp(1 + 10 * std::log10((held + 1e-12) / (struck + 1e-12)) / 30, 0.0, 1.0);
  }
  if (count == 0) return 0;
  const double pace = bpm > 0 ? std::clamp((bpm - 70) / 100, 0.0, 1.0) : 0;
  const double score = 0.35 * std::clamp(attacks / count / 12, 0.0, 1.0) + 0.2 * drive / count + 0.15 * bright / count +
                       0.1 * dense / count + 0.2 * pace;
  return std::clamp(static_cast<int>(std::lround(1 + 9 * (score - kCalm) / (kPeak - kCalm))), 1, 10);
}

}  // namespace segue::analysis
