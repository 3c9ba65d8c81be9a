// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "engine/base/audio_block.h"
#include "engine/rt/realtime.h"

namespace segue::dsp {

// Peak and RMS of a stereo signal for meters. One thread; realtime-safe. What it shows does not depend on how frames
// are split over calls.
class LevelMeter {
 public:
  explicit LevelMeter(int sample_rate_hz);

  SEGUE_RT void process(ConstStereoBlock block);
  // The highest magnitude, falling by 20 dB a second; 1 is full scale.
  float peak(int channel) const { return peak_[static_cast<std::size_t>(channel)]; }
  // The root of the mean square with an exponential window of 300 ms: a full-scale sine shows 0.707.
  float rms(int channel) const;

 private:
  float peak_keep_;    // per frame
  float square_take_;  // per frame
  std::array<float, 2> peak_{};
  std::array<float, 2> square_{};
};

}  // namespace segue::dsp
