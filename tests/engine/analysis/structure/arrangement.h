// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/model/analysis.h"
#include "tests/engine/analysis/structure/listening.h"
#include "tests/support/audio/signals.h"

namespace segue::test {

// What plays during some bars; levels as amplitudes, 0 not at all.
struct Layers {
  float kick = 0, snare = 0, hats = 0, bass = 0, pad = 0, lead = 0, voice = 0;
  float roll = 0;       // a snare roll that gets denser and louder
  float riser = 0;      // noise that gets brighter and louder
  bool sweeps = false;  // the pad opens from dull to bright
};

struct Passage {
  model::SectionLabel label = model::SectionLabel::kGroove;
  int bars = 16;
  Layers layers;
  bool has_fill = false;  // drums change in its last bar
  bool goes_on = false;   // a change within the section before it
};

enum class Beat { kFourToTheFloor, kBroken, kHalfTime, kRock };

struct Arrangement {
  double bpm = 126;
  double first_beat_s = 0.3;
  Beat beat = Beat::kFourToTheFloor;
  std::vector<Passage> passages;
  std::uint64_t seed = 1;
  int sample_rate_hz = 22'050;
};

struct Performance {
  StereoAudio audio;
  std::vector<TrueSection> truth;
  double end_s = 0;
};

// The same arrangement gives the same samples.
Performance perform(const Arrangement& arrangement);

// A track by chance: genre, tempo, lengths of sections, which layers sound in which.
Arrangement random_arrangement(std::uint64_t seed);

}  // namespace segue::test
