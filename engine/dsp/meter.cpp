// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/meter.h"

#include <algorithm>
#include <cmath>

namespace segue::dsp {
namespace {

// Both as IEC 60268-18 and -17 instruments roughly behave, and as DJs know it from mixers.
constexpr double kFallDbPerSecond = 20.0;
constexpr double kRmsSeconds = 0.3;

}  // namespace

LevelMeter::LevelMeter(int sample_rate_hz)
    : peak_keep_(static_cast<float>(std::pow(10.0, -kFallDbPerSecond / 20.0 / sample_rate_hz))),
      square_take_(static_cast<float>(1.0 - std::exp(-1.0 / (kRmsSeconds * sample_rate_hz)))) {}

void LevelMeter::process(ConstStereoBlock block) {
  float peak_left = peak_[0];
  float peak_right = peak_[1];
  float square_left = square_[0];
  float square_right = square_[1];
  for (int i = 0; i < block.frames; ++i) {
    const float left = block.left[i];
    const float right = block.right[i];
    peak_left = std::max(peak_left * peak_keep_, std::fabs(left));
    peak_right = std::max(peak_right * peak_keep_, std::fabs(right));
    square_left += (left * left - square_left) * square_take_;
    square_right += (right * right - square_right) * square_take_;
  }
  peak_ = {peak_left, peak_right};
  // A NaN in the audio must not stay in the meter.
  square_ = {square_left >= 0.0F ? square_left : 0.0F, square_right >= 0.0F ? square_right : 0.0F};
}

float LevelMeter::rms(int channel) const { return std::sqrt(square_[static_cast<std::size_t>(channel)]); }

}  // namespace segue::dsp
