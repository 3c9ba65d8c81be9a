// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "engine/base/audio_block.h"
#include "engine/base/units.h"
#include "engine/model/config.h"
#include "engine/rt/realtime.h"

namespace segue::render {

// A raised cosine from 0 to 1: step i of n is ½ − ½ cos(π i / n). Built off the audio thread, shared by all voices.
class FadeShape {
 public:
  FadeShape(double ms, int sample_rate_hz) : steps_(static_cast<std::size_t>(frames_in(ms, sample_rate_hz))) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      steps_[i] = static_cast<float>(
          0.5 - 0.5 * std::cos(std::numbers::pi * static_cast<double>(i) / static_cast<double>(steps_.size())));
    }
  }
  Frames length() const { return static_cast<Frames>(steps_.size()); }
  // The gain `step` frames after the fade began; 0 before, 1 once it is over.
  SEGUE_RT float at(Frames step) const {
    if (step < 0) return 0.0F;
    return step >= length() ? 1.0F : steps_[static_cast<std::size_t>(step)];
  }

 private:
  std::vector<float> steps_;
};

// The fades of an engine. Lengths and reasons are in model/config.h.
struct FadeShapes {
  explicit FadeShapes(int sample_rate_hz)
      : in(model::kFadeInMs, sample_rate_hz),
        out(model::kFadeOutMs, sample_rate_hz),
        preroll(model::kPrerollMs, sample_rate_hz),
        path(model::kPathFadeMs, sample_rate_hz) {}
  FadeShape in;       // an immediate start
  FadeShape out;      // a stop, and the old side of a jump
  FadeShape preroll;  // a scheduled start, before its frame
  FadeShape path;     // from varispeed to a stretcher and back
};

// Silence that turns into sound, or sound into silence, from a frame on.
struct Fade {
  const FadeShape* shape = nullptr;  // null: no fade, the gain is 1
  Frames start = 0;
  bool is_out = false;
  Frames turn = INT64_MAX;  // from here on a fade in goes back down the way it came

  bool is_turned() const { return turn != INT64_MAX; }

  SEGUE_RT float gain_at(Frames frame) const {
    if (shape == nullptr) return 1.0F;
    const float rising = shape->at(frame > turn ? 2 * turn - frame - start : frame - start);
    return is_out ? 1.0F - rising : rising;
  }
  SEGUE_RT bool is_over(Frames frame) const {
    if (shape == nullptr) return true;
    return is_turned() ? frame >= 2 * turn - start : frame - start >= shape->length();
  }
  // The gain is 1 on all of [from, to).
  SEGUE_RT bool is_unity(Frames from, Frames to) const {
    if (shape == nullptr) return true;
    return is_out ? to <= start : from - start >= shape->length() && to <= turn;
  }
  SEGUE_RT void apply(StereoBlock block, Frames from) const {
    if (is_unity(from, from + block.frames)) return;
    for (int i = 0; i < block.frames; ++i) {
      const float gain = gain_at(from + i);
      block.left[i] *= gain;
      block.right[i] *= gain;
    }
  }
};

}  // namespace segue::render
