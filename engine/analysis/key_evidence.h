// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "engine/analysis/key_harmony.h"

namespace segue::analysis {

// Frames [begin, end) of a harmony.
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The frames from the first lasting harmony to the last; empty if there is none.
Stretch sounding_part(const Harmony& harmony, const Stretch& within);

// What speaks for each key in a part of a track, as log odds: the pitches against profiles, the bass, which triads
// sound, on which of them it begins and ends, and steps home. Keys that share their notes differ in nothing but the
// last.
PerKey evidence_of(const Harmony& harmony, const Stretch& part);

// The same as probabilities that sum to 1.
PerKey probabilities(const PerKey& evidence);

}  // namespace segue::analysis
