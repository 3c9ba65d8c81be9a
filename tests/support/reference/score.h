// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "tests/support/reference/drum.h"
#include "tests/support/reference/tone.h"
#include "tests/support/reference/truth.h"

namespace segue::reference {

struct Hit {
  Drum drum = Drum::kKick;
  double at_s = 0;
  double level = 1;
};

// A pitched part: one instrument and what it plays.
struct Part {
  ToneSpec tone;
  std::vector<Note> notes;
};

// Filtered noise that swells up to its end: a riser, wind.
struct Swell {
  double at_s = 0;
  double length_s = 0;
  double from_hz = 400;
  double to_hz = 6'000;
  double level = 0.1;
};

// Everything that is played in a track.
struct Score {
  std::vector<Hit> hits;
  std::vector<Part> parts;
  std::vector<Swell> swells;
};

Score write_score(const ReferencePlan& plan, const ReferenceTruth& truth);

}  // namespace segue::reference
