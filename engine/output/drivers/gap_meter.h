// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "engine/base/clock.h"
#include "engine/base/units.h"
#include "engine/rt/realtime.h"

namespace segue::output {

// Counts the frames a device must have played without us, from the times of its callbacks: what a device's underrun
// flag says is not how long it lasted. Realtime-safe; one thread.
//
// Models the device's buffer: a callback fills it, time empties it, and what time takes beyond empty is lost. A
// callback that comes late but before the buffer has run dry costs nothing, nor do the quick ones that follow.
class GapMeter {
 public:
  // `buffer_frames`: how late a callback may come without a gap, at least two blocks.
  GapMeter(int sample_rate_hz, double buffer_frames) : frames_per_ns_(sample_rate_hz / 1e9), buffer_(buffer_frames) {}

  // Frames lost before a callback at `now` that delivers `frames`.
  SEGUE_RT Frames on_callback(Nanoseconds now, int frames) {
    Frames lost = 0;
    if (has_begun_) {
      // A device's crystal may run this much slower than the system's without that being a gap.
      constexpr double kDriftMax = 1e-3;
      const auto elapsed_ns = static_cast<double>((now - last_).count());
      level_ -= elapsed_ns * frames_per_ns_ * (1.0 - kDriftMax);
      if (level_ < 0) {
        lost = static_cast<Frames>(-level_);
        level_ = 0;
      }
      level_ = std::min(level_ + frames, buffer_);
    } else {
      has_begun_ = true;
      level_ = buffer_;
    }
    last_ = now;
    return lost;
  }

 private:
  double frames_per_ns_;
  double buffer_;
  double level_ = 0;
  Nanoseconds last_{};
  bool has_begun_ = false;
};

}  // namespace segue::output
