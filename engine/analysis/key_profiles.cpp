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

constexpr Pitches kChordInMajor{.165F, .047F, .083F, .067F, .100F, .093F, .053F, .132F, .052F, .074F, .069F, .064F};
constexpr Pitches kChordInMinor{.172F, .053F, .076F, .100F, .056F, .085F, .050F, .135F, .075F, .050F, .092F, .055F};

constexpr double kUnusualTriad = 0.25;  // what a triad counts that a key does not have

KeyLikelihoods likelihoods() {
  KeyLikelihoods result;
  for (std::size_t key = 0; key < kKeys; ++key) {
    const std::size_t tonic = key % 12;
    const PerKey& usual = usual_triads(key >= 12);
    double sum = 0;
    for (const double value : usual) sum += value + kUnusualTriad;
    for (std::size_t i = 0; i < kKeys; ++i) {
      const std::size_t triad = (i + tonic) % 12 + (i < 12 ? 0 : 12);
      result.triads[key][triad] = std::log((usual[i] + kUnusualTriad) / sum);
    }
    for (std::size_t i = 0; i < 12; ++i) {
      const float share = (key < 12 ? kChordInMajor : kChordInMinor)[i];
      result.pitches[key][(i + tonic) % 12] = std::log(static_cast<double>(share));
    }
  }
  return result;
}

}  // namespace

const PerKey& usual_triads(bool is_minor) {
  static constexpr PerKey kInMajor{3, 0, 0.4, 0, 0.3, 2.5, 0, 2.5, 0.5, 0.2, 1, 0,
                                   0, 0, 1.5, 0, 1.3, 0.8, 0, 0.4, 0,   2,   0, 0};
  static constexpr PerKey kInMinor{0, 0.7, 0,   2.2, 0, 1,   0, 2,   2.4, 0, 2.4, 0,
                                   3, 0,   0.2, 0,   0, 2.2, 0, 1.8, 0,   0, 0,   0};
  return is_minor ? kInMinor : kInMajor;
}

const KeyLikelihoods& key_likelihoods() {
  static const KeyLikelihoods known = likelihoods();
  return known;
}

const KeyProfile& profile_of(bool is_minor) {
  static const KeyProfile major{
      .chord = normal(kChordInMajor),
      .bass = normal({.30F, .02F, .06F, .04F, .06F, .12F, .02F, .16F, .04F, .10F, .05F, .03F})};
  static const KeyProfile minor{
      .chord = normal(kChordInMinor),
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
