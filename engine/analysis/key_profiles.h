// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/analysis/chroma.h"

namespace segue::analysis {

// How usual each degree is in a key, from the tonic up, of chords and melody and of the bass. Means over dance music
// (after Á. Faraldo et al., "Key Estimation in Electronic Dance Music", 2016); scaled to mean 0 and length 1.
struct KeyProfile {
  Pitches chord{};
  Pitches bass{};
};

const KeyProfile& profile_of(bool is_minor);

// Correlation of pitches with a profile whose tonic is `tonic`, −1 to +1.
double correlation(const Pitches& pitches, const Pitches& profile, int tonic);

}  // namespace segue::analysis
