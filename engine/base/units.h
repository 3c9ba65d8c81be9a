// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>

namespace segue {

// A count of frames, or a position in frames. A frame is one sample per channel. Positions are signed.
// Names say whose time it is: `engine_frame` (programme time at the mixer) or `track_frame`.
using Frames = std::int64_t;

// Everything in render that is not per-sample advances on quanta of this length, aligned to engine frame 0.
inline constexpr int kQuantumFrames = 64;

// Whole frames in a time, at least 1.
inline int frames_in(double milliseconds, int sample_rate_hz) {
  const auto frames = static_cast<int>(std::lround(milliseconds * sample_rate_hz / 1000));
  return frames < 1 ? 1 : frames;
}

// An amplitude factor; 1 is unity, 0 silence.
struct Gain {
  float value = 1.0F;
};

// A level or a gain in decibels. Anything at or below `kSilence` means silence.
struct Decibels {
  static constexpr double kSilence = -96.0;
  double value = 0.0;
};

inline Gain to_gain(Decibels db) {
  if (db.value <= Decibels::kSilence) return Gain{0.0F};
  if (db.value == 0.0) return Gain{1.0F};
  return Gain{static_cast<float>(std::pow(10.0, db.value / 20.0))};
}

}  // namespace segue
