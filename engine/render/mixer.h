// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/base/audio_block.h"
#include "engine/dsp/limiter.h"
#include "engine/dsp/meter.h"
#include "engine/dsp/ramp.h"
#include "engine/render/channel.h"
#include "engine/render/message.h"
#include "engine/rt/realtime.h"

namespace segue::render {

// Channels summed to the programme: crossfader, master gain, limiter, meters. Realtime, owned by the renderer.
class Mixer {
 public:
  Mixer(int sample_rate_hz, int channels, double limiter_ceiling_dbtp);

  // Does what the action says to channel `target`, or to the programme; false if it is no mixer action.
  SEGUE_RT bool commit(const Action& action, int target);

  // A part of a quantum: begin, one add per channel with its deck's sound, then finish.
  SEGUE_RT void begin();
  SEGUE_RT void add(int channel, StereoBlock deck, bool has_sound, StereoBlock programme);
  SEGUE_RT void finish(StereoBlock programme);

  // Once per quantum: lets the held true peak fall by 20 dB a second.
  SEGUE_RT void hold_peak(int frames);

  int latency_frames() const { return limiter_.latency_frames(); }
  SEGUE_RT void snapshot(Snapshot& to) const;

 private:
  std::vector<Channel> channels_;
  float crossfader_ = 0.0F;
  bool is_empty_ = true;  // no channel added yet
  dsp::Ramp master_;
  dsp::TruePeakLimiter limiter_;
  dsp::LevelMeter meter_;
  dsp::TruePeakMeter true_peak_;
  float true_peak_held_ = 0.0F;
  float true_peak_max_ = 0.0F;
  float true_peak_fall_;  // per frame
};

}  // namespace segue::render
