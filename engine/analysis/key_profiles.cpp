// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/key_profiles.h"

#include <cmath>

namespace segue::analysis {
namespace {

Pitches normal(const Pitches& raw) {
  float mean = 0;
  for (const float value : raw) mean += value / 12;
  float energy = 0;
  for (const float value : raw) energy += (value - mean) * (value - mean);
  Pitches result{};
  const float scale = energy > 0 ? 1 / std::sqrt(energy) : 0.0F;
  for (std::size_t i = 0; i < raw.size(); ++i) result[i] = (raw[i] - mean) * scale;
  return result;
}

}  // namespace

const KeyProfile& profile_of(bool is_minor) {
  static const KeyProfile major{
      .chord = normal({.165F, .047F, .083F, .067F, .100F, .093F, .053F, .132F, .052F, .074F, .069F, .064F}),
      .bass = normal({.30F, .02F, .06F, .04F, .06F, .12F, .02F, .16F, .04F, .10F, .05F, .03F})};
  static const KeyProfile minor{
      .chord = normal({.172F, .053F, .076F, .100F, .056F, .085F, .050F, .135F, .075F, .050F, .092F, .055F}),
      .bass = normal({.30F, .03F, .04F, .10F, .02F, .10F, .02F, .14F, .11F, .02F, .10F, .02F})};
  return is_minor ? minor : major;
}

double correlation(const Pitches& pitches, const Pitches& profile, int tonic) {
  const Pitches scaled = normal(pitches);
  double sum = 0;
  for (std::size_t degree = 0; degree < 12; ++degree) {
    sum += static_cast<double>(scaled[(degree + static_cast<std::size_t>(tonic)) % 12]) * profile[degree];
  }
  return sum;
}

}  // namespace segue::analysis
