// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "tests/support/audio/signals.h"
#include "tests/support/reference/plan.h"

namespace segue::reference {

enum class Drum { kKick, kSnare, kClap, kRim, kHat, kOpenHat, kRide, kCrash, kTomHigh, kTomLow, kShaker, kPerc };
inline constexpr int kDrums = 12;
inline constexpr int kTakes = 3;  // recordings of each, as no two strokes are the same

struct DrumSound {
  std::array<std::vector<float>, kTakes> takes;  // struck at frame 0
  float level = 1;
  float pan = 0;  // −1 left to 1 right
};

// The drums of one track.
struct Kit {
  std::array<DrumSound, kDrums> sounds;
  const DrumSound& at(Drum drum) const { return sounds[static_cast<std::size_t>(drum)]; }
};

// Made anew for each track: drum machines for club music, skins and brass for the rest. All but the shaker rise to full
// level within a millisecond of their first frame; the shaker takes some 10.
Kit make_kit(const ReferencePlan& plan, test::Random& random);

}  // namespace segue::reference
