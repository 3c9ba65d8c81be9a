// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/audio_block.h"
#include "engine/rt/realtime.h"

namespace segue::dsp {

// A gain that moves to its target along a raised cosine, one step a frame. Belongs to one thread; realtime-safe.
// What it gives does not depend on how frames are split over calls. Settled, it is exactly its target.
class Ramp {
 public:
  // `length_frames` is the length of every move; 0 makes them jumps.
  explicit Ramp(int length_frames, float value = 1.0F);

  // Takes `value` at once.
  SEGUE_RT void jump(float value);
  // Starts from the present value; the frame `length_frames` from now is the first at the target. A target already
  // aimed at changes nothing.
  SEGUE_RT void aim(float target);

  bool is_settled() const { return step_ >= length_; }
  // The gain of the last frame given out.
  float value() const { return value_; }
  float target() const { return target_; }

  // Multiplies in place; leaves the block alone when settled at 1, writes zeros when settled at 0.
  SEGUE_RT void apply(StereoBlock block);
  // Writes the next `count` gains.
  SEGUE_RT void fill(float* gains, int count);

 private:
  SEGUE_RT float advance();

  int length_;
  int step_;
  float start_;
  float target_;
  float value_;
};

}  // namespace segue::dsp
