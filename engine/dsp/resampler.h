// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/base/units.h"
#include "engine/rt/realtime.h"

namespace segue::dsp {

// Converts a track from its own sample rate to the engine's, one channel a call. Output frame n is a function of the
// source frames around n × source / target alone: there is no state, so a seek gives the same bits as decoding
// through. Immutable once created; any thread, and `process` is realtime-safe. Owns its tables (0.1 to 2 MB).
// Flat within 0.01 dB to 0.91 of the lower half rate; what lies above the lower half rate is 120 dB down.
class Resampler {
 public:
  // Rates in Hz, both positive. Takes some milliseconds: off the audio thread.
  static Resampler create(int source_hz, int target_hz);

  bool is_identity() const { return up_ == down_; }
  // The length in target frames of a track of `source` frames: every target frame at a position inside the track.
  Frames target_frames_for(Frames source) const;
  // How many source frames lie before the position of target frame `target`, rounded up.
  Frames source_frames_for(Frames target) const;

  // Source frames needed on each side of a position; 0 if the rates are the same.
  int reach() const { return taps_ / 2; }
  // The first and the last source frame that target frame `target_frame` is made of.
  Frames first_source(Frames target_frame) const;
  Frames last_source(Frames target_frame) const;

  // Writes the target frames [target_start, target_start + count). source[0] is source frame `source_start`; the
  // frames from first_source(target_start) to last_source(target_start + count - 1) must exist there. Outside the
  // track they are to be zeros.
  SEGUE_RT void process(const float* source, Frames source_start, Frames target_start, int count, float* out) const;

 private:
  Resampler() = default;

  Frames up_ = 1;    // target rate over the common divisor
  Frames down_ = 1;  // source rate over the common divisor
  int taps_ = 0;
  bool has_all_phases_ = false;  // else taps are interpolated between the rows of fewer phases
  std::vector<float> rows_;
};

}  // namespace segue::dsp
