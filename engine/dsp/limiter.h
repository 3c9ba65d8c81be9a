// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/base/audio_block.h"
#include "engine/dsp/true_peak.h"
#include "engine/rt/realtime.h"

namespace segue::dsp {

// A stereo-linked look-ahead limiter of true peaks. One thread; everything but construction is realtime-safe.
// While nothing exceeds the ceiling it is a delay, bit for bit; after a reduction the gain returns to exactly 1.
// The result does not depend on how frames are split over calls.
class TruePeakLimiter {
 public:
  TruePeakLimiter(int sample_rate_hz, double ceiling_dbtp);

  // The constant delay, below 2 ms.
  int latency_frames() const { return latency_; }
  // In place.
  SEGUE_RT void process(StereoBlock block);
  // The lowest gain in the last call of process; 1 is no reduction.
  float gain() const { return gain_; }
  // The highest true peak of what went into the last call, as a magnitude; while gain() is 1, also of what will come
  // out of it.
  float detected_peak() const { return detected_peak_; }
  // Peaks up to this magnitude need not be exact in detected_peak(), which then saves most of their cost. 0: all are.
  SEGUE_RT void set_peak_of_interest(float magnitude) { peak_of_interest_ = magnitude; }

 private:
  static constexpr int kChunkFrames = 64;
  SEGUE_RT void process_chunk(StereoBlock chunk);
  // These fill reduction_: what the peaks ask for, held over the look-ahead, released, and smoothed.
  SEGUE_RT bool demand(int frames);
  SEGUE_RT void hold(int frames);
  SEGUE_RT void release(int frames);
  SEGUE_RT void smooth(int frames);

  float ceiling_;
  int smooth_frames_;  // of the smoothing kernel
  int hold_frames_;
  int latency_;
  float fast_keep_;  // of the distance to slow_, per frame
  float slow_take_;
  int rest_frames_;
  float fast_ = 0.0F;
  float slow_ = 0.0F;
  int rest_ = 0;
  float gain_ = 1.0F;
  float detected_peak_ = 0.0F;
  float peak_of_interest_ = 0.0F;
  // Frames since the last one that asked for a reduction; at the maximum the histories hold nothing but zeros.
  int idle_frames_max_;
  int idle_frames_;

  TruePeakFilter filter_;
  std::vector<float> kernel_;
  // Histories, each followed by the present chunk.
  std::array<std::vector<float>, 2> audio_;
  std::vector<float> demanded_;
  std::vector<float> released_;
  std::vector<float> scratch_;
  std::array<float, kChunkFrames> reduction_{};
};

}  // namespace segue::dsp
