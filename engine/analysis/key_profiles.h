// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "engine/analysis/key_harmony.h"

namespace segue::analysis {

// How usual each degree is in a key, from the tonic up, of chords and melody and of the bass. Means over dance music
// (after Á. Faraldo et al., "Key Estimation in Electronic Dance Music", 2016); scaled to mean 0 and length 1.
struct KeyProfile {
  Pitches chord{};
  Pitches bass{};
};

const KeyProfile& profile_of(bool is_minor);

// How usual triads are in a key, by the degree of their root in semitones: majors, then minors. From 0 to 3.
const PerKey& usual_triads(bool is_minor);

// The same as logarithms of likelihoods, by key and then by triad or pitch class.
struct KeyLikelihoods {
  std::array<PerKey, kKeys> triads{};
  std::array<std::array<double, 12>, kKeys> pitches{};
};

const KeyLikelihoods& key_likelihoods();

// Correlation of pitches with a profile whose tonic is `tonic`, −1 to +1.
double correlation(const Pitches& pitches, const Pitches& profile, int tonic);

}  // namespace segue::analysis
