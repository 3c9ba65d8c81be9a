// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/base/audio_block.h"
#include "engine/base/units.h"
#include "engine/dsp/sinc.h"
#include "engine/render/stretcher.h"
#include "engine/rt/realtime.h"
#include "engine/rt/track_pages.h"

namespace segue::render {

// Sounds a track along a trajectory as a turntable would: pitch follows rate. A band-limited windowed sinc; at rate 1
// on a whole frame it copies, bit for bit. Keeps no history, so one serves any number of voices. Realtime.
class Varispeed {
 public:
  // Frames needed on either side of a position at the highest rate a deck plays (2).
  static constexpr int kReachMax = 128;

  // Allocates its window.
  Varispeed();
  // Fills `out` (at most a quantum) with the engine frames from `frame` on.
  SEGUE_RT void render(StereoBlock out, const rt::TrackPages& pages, const Trajectory& trajectory, Frames frame);

 private:
  const dsp::SincBank& bank_;
  std::vector<float> left_;
  std::vector<float> right_;
};

}  // namespace segue::render
