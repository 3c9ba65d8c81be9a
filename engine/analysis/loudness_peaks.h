// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/audio_block.h"

namespace segue::analysis {

// The highest peaks of a track, at and between the samples, and how often it clips. One thread.
//
// True peak is the meter of ITU-R BS.1770-4 annex 2: fourfold oversampling below 96 kHz, twofold below 192 kHz, none
// above, by Hann-windowed sinc kernels of 49 taps in all – the figures libebur128 and what is built on it show. The
// limiter's meter (dsp/true_peak.h) also looks with a longer, eightfold kernel and may read up to 1 dB more near half
// the sample rate; that is what a limiter must hold, and not what others would say of the track.
//
// Clipped are three or more frames in a row in which a channel stays at or above full scale of 16 bits on one side.
// Plateaus below full scale are not counted: turned down, clipping cannot be told from a limiter or a square wave.
class SignalPeaks {
 public:
  explicit SignalPeaks(int sample_rate_hz);

  void push(ConstStereoBlock block);
  float sample_peak() const { return sample_peak_; }
  // Includes what rings on after the newest frame, as if silence followed.
  float true_peak() const;
  std::int64_t clipped_runs() const { return clipped_runs_; }

 private:
  static constexpr int kChunkFrames = 64;
  static constexpr int kTapsMax = 24;
  using Window = std::array<float, kTapsMax - 1 + kChunkFrames>;

  void look(ConstStereoBlock chunk);
  void count_clipped(ConstStereoBlock chunk);
  // The highest magnitude that the kernels find in a window with `frames` new samples.
  float peak_between(const Window& window, int frames) const;

  int taps_ = 0;                     // of a kernel; 0: there is nothing between the samples
  std::vector<float> kernels_;       // one after the other, taps_ each
  float reach_ = 0;                  // no kernel's output is higher than this times its highest input
  std::array<Window, 2> windows_{};  // the newest taps_ − 1 samples, then those of a chunk
  float sample_peak_ = 0;
  float between_peak_ = 0;
  std::array<int, 2> run_frames_{};  // at full scale, below 0 on the negative side
  bool is_clipping_ = false;
  std::int64_t clipped_runs_ = 0;
};

}  // namespace segue::analysis
