// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "tests/support/audio/signals.h"
#include "tests/support/reference/plan.h"

namespace segue::reference {

// Notes as semitones above the tonic; the root of a chord comes first and may lie in 0 to 11.
using Chord = std::vector<int>;

// The chords of a track, which begin and settle on the tonic, and its scale.
struct Harmony {
  std::vector<Chord> chords;  // repeated over and over
  int bars_per_chord = 1;
  std::vector<int> scale;  // seven semitones above the tonic

  const Chord& at_bar(int bar) const { return chords[static_cast<std::size_t>(bar / bars_per_chord) % chords.size()]; }
  // Semitones above the tonic of a degree of the scale, negative ones and those above 6 in other octaves.
  int semitone(int degree) const;
};

Harmony choose_harmony(const ReferencePlan& plan, test::Random& random);

// Hz of a pitch: semitones above a C in an octave (4 is middle C's), detuned as the plan says.
double pitch_hz(const ReferencePlan& plan, int semitones_above_c, int octave);

}  // namespace segue::reference
