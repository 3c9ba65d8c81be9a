// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/audio_block.h"
#include "engine/dsp/isolator.h"
#include "engine/dsp/meter.h"
#include "engine/dsp/ramp.h"
#include "engine/render/message.h"
#include "engine/rt/realtime.h"

namespace segue::render {

// One strip of the mixer: trim, equaliser, fader, crossfader side, meter. No latency. Realtime, owned by the mixer.
class Channel {
 public:
  explicit Channel(int sample_rate_hz);

  SEGUE_RT void set_trim(float gain) { trim_.aim(gain); }
  SEGUE_RT void set_eq(Band band, float gain);
  SEGUE_RT void set_fader(float gain) { fader_.aim(gain); }
  SEGUE_RT void assign(Side side, float crossfader_position);
  SEGUE_RT void set_crossfader(float position);

  // Works on the block in place. `has_sound`: the block is not all zeros. False if what comes out is silence.
  SEGUE_RT bool process(StereoBlock block, bool has_sound);
  SEGUE_RT void snapshot(LevelSnapshot& to) const;

 private:
  dsp::Ramp trim_;
  dsp::Isolator isolator_;
  dsp::Ramp fader_;
  dsp::Ramp crossfade_;
  dsp::LevelMeter meter_;
  bool is_meter_at_rest_ = true;
  Side side_ = Side::kThru;
  bool eq_is_flat_ = true;
  float eq_gains_[3] = {1.0F, 1.0F, 1.0F};
  int tail_frames_ = 0;  // left for the equaliser to ring out
  int tail_frames_full_ = 0;
};

}  // namespace segue::render
