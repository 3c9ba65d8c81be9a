// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/base/units.h"
#include "segue/v1/when.pb.h"

namespace segue::control {

namespace v1 = ::segue::v1;

// Maps engine frames to wall time and back, as of one moment. A value.
//
// The driver hands out frame `rendered` at `rendered_at`, by the start of the newest block; it reaches the listener
// output_latency_frames later, and sounds the mixer's frame rendered − mixer_latency_frames (limiter look-ahead).
struct FrameMap {
  Frames rendered = 0;
  Nanoseconds rendered_at{0};  // monotonic
  Nanoseconds now{0};          // monotonic
  Nanoseconds wall_offset{0};  // wall − monotonic
  int sample_rate_hz = 48'000;
  int mixer_latency_frames = 0;
  int output_latency_frames = 0;

  // Programme time at this moment: inside the block that was rendered last.
  double frame_now() const;
  // The frame whose sound is at the primary output at this wall time.
  double frame_at_wall(Nanoseconds wall) const;
};

// The engine frame a valid `when` means, render::kNow for now. Fails with OUT_OF_RANGE SCHEDULE_TOO_FAR beyond
// kScheduleHorizonS.
Result<Frames> resolve(const v1::When& when, const FrameMap& map);

}  // namespace segue::control
