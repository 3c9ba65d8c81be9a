// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/novelty.h"

#include <algorithm>
#include <cmath>

namespace segue::analysis {
namespace {

// A sound this much quieter than the band's loudest is not heard beside the others.
constexpr float kRangeDb = 30.0F;
// Bands that never come within this of the loudest band are noise.
constexpr float kDeafDb = 60.0F;
// The difference that makes half a change.
constexpr float kHalf = 0.09F;

// A cymbal on a line makes half of the most that one can be worth, if it is this far above the bars around.
constexpr float kAccentHalf = 0.3F;
constexpr float kAccentWorth = 0.15F;

// What counts of things added.
constexpr double kGrowth = 0.5;

// Shares of the lows, bodies, mids and highs in what makes a section: the lows carry drums and bass.
constexpr std::array<std::size_t, 5> kGroups = {0, 4, 9, 13, kBands};
constexpr std::array<float, 4> kGroupShares = {0.40F, 0.20F, 0.18F, 0.22F};

constexpr float kDrumless = 0.2F;

constexpr std::array<float, kBands> band_shares() {
  std::array<float, kBands> shares{};
  for (std::size_t group = 0; group < kGroupShares.size(); ++group) {
    const auto count = static_cast<float>(kGroups[group + 1] - kGroups[group]);
    for (std::size_t band = kGroups[group]; band < kGroups[group + 1]; ++band)
      shares[band] = kGroupShares[group] / count;
  }
  return shares;
}
constexpr std::array<float, kBands> kShares = band_shares();

// The level that a twentieth of all bars exceeds.
float reference_db(const std::vector<Bar>& bars, std::size_t band) {
  std::vector<float> levels;
  for (const Bar& bar : bars) levels.push_back(bar.struck[band]);
  const auto place = levels.begin() + static_cast<std::ptrdiff_t>(levels.size() * 19 / 20);
  std::nth_element(levels.begin(), place, levels.end());
  return *place;
}

// Sums of all bars before each, so that any mean costs one subtraction.
class Sums {
 public:
  explicit Sums(const std::vector<Presence>& bars) : sums_(bars.size() + 1) {
    for (std::size_t i = 0; i < bars.size(); ++i) {
      for (std::size_t k = 0; k < bars[i].size(); ++k) sums_[i + 1][k] = sums_[i][k] + static_cast<double>(bars[i][k]);
    }
  }
  double mean(std::size_t from, std::size_t to, std::size_t value) const {
    return (sums_[to][value] - sums_[from][value]) / static_cast<double>(to - from);
  }
  std::size_t bars() const { return sums_.size() - 1; }

 private:
  std::vector<std::array<double, 2 * kBands>> sums_;
};

float difference(const Sums& sums, std::size_t line, std::size_t reach) {
  const std::size_t from = line - std::min(line, reach);
  const std::size_t to = std::min(line + reach, sums.bars());
  double beat = 0;
  for (std::size_t k = kBands; k < kBands + kGroups[1]; ++k)
    beat += sums.mean(line, to, k) / static_cast<double>(kGroups[1]);
  const double growth = beat < kDrumless ? 1.0 : kGrowth;
  double total = 0;
  for (std::size_t k = 0; k < 2 * kBands; ++k) {
    const double change = sums.mean(line, to, k) - sums.mean(from, line, k);
    const bool is_drum = k >= kBands && k < kBands + kGroups[1];
    const double weight = change < 0 || is_drum ? 0.5 : 0.5 * growth;
    total += weight * std::abs(change) * static_cast<double>(kShares[k % kBands]);
  }
  return static_cast<float>(total);
}

// A crash on the first beat of a bar: highs that ring in it, not before it, and less behind it.
float accent(const std::vector<Presence>& bars, std::size_t line) {
  const auto ring = [&](std::size_t bar) {
    float sum = 0;
    for (std::size_t band = kGroups[3]; band < kBands; ++band) sum += bars[bar][band];
    return sum / static_cast<float>(kBands - kGroups[3]);
  };
  if (line < 1 || line + 3 > bars.size()) return 0;
  const float above = ring(line) - std::max(ring(line - 1), ring(line + 2));
  return above <= 0 ? 0.0F : kAccentWorth * above / (above + kAccentHalf);
}

}  // namespace

std::vector<Presence> presence_of(const std::vector<Bar>& bars) {
  std::vector<Presence> presences(bars.size());
  if (bars.empty()) return presences;
  std::array<float, kBands> references{};
  for (std::size_t band = 0; band < kBands; ++band) references[band] = reference_db(bars, band);
  const float loudest = *std::max_element(references.begin(), references.end());
  for (std::size_t band = 0; band < kBands; ++band) {
    const float reference = references[band];
    if (reference < loudest - kDeafDb || reference <= kFloorDb) continue;
    const auto share = [&](float level) { return std::clamp(1 - (reference - level) / kRangeDb, 0.0F, 1.0F); };
    for (std::size_t i = 0; i < bars.size(); ++i) {
      presences[i][band] = share(bars[i].held[band]);
      presences[i][kBands + band] = share(bars[i].struck[band]);
    }
  }
  return presences;
}

float fullness(const Presence& presence) {
  float total = 0;
  for (std::size_t k = 0; k < presence.size(); ++k) total += 0.5F * kShares[k % kBands] * presence[k];
  return total;
}

float drums(const Presence& presence) {
  float total = 0;
  for (std::size_t k = kBands; k < kBands + kGroups[1]; ++k) total += presence[k];
  return total / static_cast<float>(kGroups[1]);
}

std::vector<float> novelty_of(const std::vector<Presence>& bars) {
  std::vector<float> novelty(bars.size());
  const Sums sums(bars);
  for (std::size_t line = 2; line + 2 <= bars.size(); ++line) {
    float change = 0;
    for (const std::size_t reach : {4U, 8U}) change += 0.5F * difference(sums, line, reach);
    novelty[line] = std::min(1.0F, change / (change + kHalf) + accent(bars, line));
  }
  return novelty;
}

}  // namespace segue::analysis
