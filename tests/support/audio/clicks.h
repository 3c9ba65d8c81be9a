// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/base/units.h"
#include "tests/support/audio/signals.h"

namespace segue::test {

// A place where a signal does what nothing before and nothing after it explains.
struct Click {
  Frames at = 0;
  double level_db = 0;  // of the unexplained part, dBFS
  double ratio = 0;     // against what is unexplained around it
};

struct ClickOptions {
  double floor_db = -58;  // quieter ones are not reported
  double ratio = 12;      // times the median of the unexplained part, 5 ms before or after, whichever is larger
};

// Finds clicks without knowing the source: a linear predictor of order 32 is fitted every 512 frames; a click is a
// residual that stands alone above both its neighbourhoods. Noise, and the attack of something that goes on, raise a
// neighbourhood and are no clicks. Finds a step of −50 dBFS in loud music; says nothing on kicks and hats whose attack
// takes half a millisecond or more (measured by its test). An abrupt beginning or end of
// the signal is one. Hits less than 64 frames apart are one.
std::vector<Click> find_clicks(std::span<const float> signal, const ClickOptions& options = {});
// Both channels, in order of place.
std::vector<Click> find_clicks(const StereoAudio& audio, const ClickOptions& options = {});

// The first clicks in words, for a failure message.
std::string describe(const std::vector<Click>& clicks);

// A run of `frames_min` or more exact zeros inside sound (a level above −40 dBFS within 10 ms on both sides).
struct Dropout {
  Frames at = 0;
  Frames frames = 0;
};
std::vector<Dropout> find_dropouts(std::span<const float> signal, Frames frames_min = 32);

}  // namespace segue::test
