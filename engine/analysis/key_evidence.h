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

// How many pitch classes sound in a part, weak ones counting little: one over the sum of their squared shares.
double pitches_in(const Harmony& harmony, const Stretch& part);

// What speaks for each key in a part of a track, as log odds: pitches and bass against profiles, which triads sound,
// and on which of them phrases begin and the part ends. Keys that share their notes differ in little but the last.
PerKey evidence_of(const Harmony& harmony, const Stretch& part);

// The same as probabilities that sum to 1.
PerKey probabilities(const PerKey& evidence);

}  // namespace segue::analysis
