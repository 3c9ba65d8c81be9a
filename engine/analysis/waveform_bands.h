// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "engine/base/audio_block.h"

namespace segue::analysis {

// Splits the mid channel into low (< 200 Hz), mid and high (> 2 kHz), 24 dB an octave, and keeps the highest magnitude
// of each. Good to about 1 %, which is what a drawing needs. One thread.
class WaveformBands {
 public:
  struct Peaks {
    float low = 0;
    float mid = 0;
    float high = 0;
  };

  explicit WaveformBands(int sample_rate_hz);

  void push(ConstStereoBlock block);
  // Of all pushed since the last call.
  Peaks take();

 private:
  // Four biquads side by side, transposed direct form II.
  typedef float Four __attribute__((vector_size(16)));
  struct Biquads {
    Four b0{};
    Four b1{};
    Four b2{};
    Four a1{};
    Four a2{};
    Four s1{};
    Four s2{};
    Four out{};
    Four peak{};
  };
  enum class Kind { kLowPass, kHighPass };
  static void set(Biquads& biquads, int lane, Kind kind, double cycles_per_sample);
  static void settle(Biquads& biquads);
  void filter(const float* samples, int count);

  const int step_;  // frames that are averaged to a sample, so that there are less than 100,000 a second
  float sum_ = 0;   // of the sample under way
  int summed_frames_ = 0;
  Biquads outer_;  // low pass 200 Hz twice, then high pass 2 kHz twice
  Biquads inner_;  // high pass 200 Hz twice, low pass 2 kHz twice
};

}  // namespace segue::analysis
