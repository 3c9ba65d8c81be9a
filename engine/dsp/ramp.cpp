// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/ramp.h"

#include <algorithm>

#include "engine/dsp/raised_cosine.h"

namespace segue::dsp {

Ramp::Ramp(int length_frames, float value)
    : length_(length_frames), step_(length_frames), start_(value), target_(value), value_(value) {}

void Ramp::jump(float value) {
  step_ = length_;
  start_ = target_ = value_ = value;
}

void Ramp::aim(float target) {
  if (target == target_) return;
  if (length_ <= 0) return jump(target);
  start_ = value_;
  target_ = target;
  step_ = 0;
}

float Ramp::advance() {
  ++step_;
  value_ = step_ >= length_ ? target_ : start_ + (target_ - start_) * fade_in(step_, length_);
  return value_;
}

void Ramp::apply(StereoBlock block) {
  int i = 0;
  for (; i < block.frames && !is_settled(); ++i) {
    const float gain = advance();
    block.left[i] *= gain;
    block.right[i] *= gain;
  }
  if (i == block.frames || value_ == 1.0F) return;
  const StereoBlock rest = block.slice(i, block.frames - i);
  if (value_ == 0.0F) {
    std::fill_n(rest.left, rest.frames, 0.0F);
    std::fill_n(rest.right, rest.frames, 0.0F);
    return;
  }
  const float gain = value_;
  for (int k = 0; k < rest.frames; ++k) rest.left[k] *= gain;
  for (int k = 0; k < rest.frames; ++k) rest.right[k] *= gain;
}

void Ramp::fill(float* gains, int count) {
  int i = 0;
  for (; i < count && !is_settled(); ++i) gains[i] = advance();
  std::fill_n(gains + i, count - i, value_);
}

}  // namespace segue::dsp
