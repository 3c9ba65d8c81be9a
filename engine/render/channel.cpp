// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/render/channel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace segue::render {
namespace {

// By now the isolator's 246 Hz split has rung down below −120 dB.
constexpr double kTailMs = 100.0;

// A silent channel's meter is let rest once it has fallen to −120 dB.
constexpr float kRestLevel = 1e-6F;

// Unity from the own end to the centre, then a quarter cosine to nothing at the other end.
float crossfade_gain(Side side, float position) {
  if (side == Side::kThru) return 1.0F;
  const float away = side == Side::kA ? position : -position;
  if (away <= 0.0F) return 1.0F;
  if (away >= 1.0F) return 0.0F;
  return std::cos(away * std::numbers::pi_v<float> / 2.0F);
}

}  // namespace

Channel::Channel(int sample_rate_hz)
    : trim_(frames_in(model::kRampMs, sample_rate_hz)),
      isolator_(sample_rate_hz),
      fader_(frames_in(model::kRampMs, sample_rate_hz)),
      crossfade_(frames_in(model::kCrossfaderMs, sample_rate_hz)),
      meter_(sample_rate_hz),
      tail_frames_full_(frames_in(kTailMs, sample_rate_hz)) {}

void Channel::set_eq(Band band, float gain) {
  const auto index = static_cast<int>(band);
  eq_gains_[index] = gain;
  eq_is_flat_ = std::all_of(std::begin(eq_gains_), std::end(eq_gains_), [](float g) { return g == 1.0F; });
  isolator_.set_gain(index, gain);
}

void Channel::assign(Side side, float crossfader_position) {
  side_ = side;
  set_crossfader(crossfader_position);
}

void Channel::set_crossfader(float position) { crossfade_.aim(crossfade_gain(side_, position)); }

bool Channel::process(StereoBlock block, bool has_sound) {
  tail_frames_ = has_sound ? tail_frames_full_ : std::max(0, tail_frames_ - block.frames);
  const bool is_active = tail_frames_ > 0;
  isolator_.set_active(is_active);
  trim_.apply(block);
  if (is_active) {
    isolator_.process(block);
  } else if (eq_is_flat_) {
    isolator_.reset_if_silent();
  }
  fader_.apply(block);
  crossfade_.apply(block);
  if (is_active || !is_meter_at_rest_) {
    meter_.process(block);
    is_meter_at_rest_ = !is_active && meter_.peak(0) < kRestLevel && meter_.peak(1) < kRestLevel;
  }
  return is_active;
}

void Channel::snapshot(LevelSnapshot& to) const {
  for (int side = 0; side < 2; ++side) {
    to.peak[side] = meter_.peak(side);
    to.rms[side] = meter_.rms(side);
  }
}

}  // namespace segue::render
