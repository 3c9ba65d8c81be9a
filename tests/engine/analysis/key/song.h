// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/model/analysis.h"

namespace segue::test {

// A triad of a progression, its root in semitones above the tonic.
struct Triad {
  int degree = 0;
  bool is_minor = false;
};

// From a bar on, everything is so many semitones higher than written.
struct Shift {
  int bar = 0;
  int semitones = 0;
};

// A song made of a progression that is repeated, one bar of 2 s (four beats) a chord.
struct Song {
  int sample_rate_hz = 44100;
  double seconds = 32;
  int tonic = 0;               // pitch class
  std::vector<Triad> intro{};  // before the progression
  std::vector<Triad> progression{};
  std::vector<Shift> shifts{};
  double cents = 0;      // above concert pitch
  float chords = 0.12F;  // level of each of their notes
  float bass = 0.25F;
  float drums = 0.5F;
  double kick_hz = 52;
  double kick_decay_per_s = 18;
};

// The usual progressions: I–V–vi–IV and i–VI–III–VII.
std::vector<Triad> usual_progression(bool is_minor);

// What a listener tells of its rhythm: the grid, and phrases of eight bars.
model::Rhythm rhythm_of(const Song& song);

// Renders it; the same song has the same samples.
std::vector<float> render(const Song& song);

}  // namespace segue::test
