// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "engine/base/audio_block.h"
#include "engine/rt/realtime.h"

namespace segue::dsp {

// Finds the peaks between samples. Two interpolations, and the higher counts: fourfold with 12 taps a phase, the kind
// of meter ITU-R BS.1770-4 annex 2 describes, and eightfold with 32, because the former misses up to 1 dB near half
// the sample rate. Immutable; realtime-safe.
class TruePeakFilter {
 public:
  // Frames before and after a frame that its value is made of.
  static constexpr int kBefore = 15;
  static constexpr int kAfter = 16;
  static constexpr int kTaps = kBefore + 1 + kAfter;

  TruePeakFilter();
  // peaks[i] becomes the larger of itself and the highest magnitude in [frame i, frame i + 1) of a channel.
  // samples[-kBefore] to samples[count - 1 + kAfter] must exist; count is at most 64.
  SEGUE_RT void raise(float* peaks, const float* samples, int count) const;
  // As raise, with the frames and the middles between them alone, for a seventh of the cost. No peak that raise finds
  // is higher than kCoarseMiss times the highest of these.
  SEGUE_RT void raise_coarsely(float* peaks, const float* samples, int count) const;
  // Twofold oversampling misses a factor of √2 at most; the rest is for the filters' own overshoot.
  static constexpr float kCoarseMiss = 1.7F;

 private:
  // Which of the interpolations are looked at.
  enum class Depth { kWhole, kCoarse };
  static constexpr int kLongPhases = 8;
  static constexpr int kShortPhases = 4;
  static constexpr int kShortTaps = 12;
  static constexpr int kShortBefore = 5;
  static constexpr int kShortAfter = 6;

  SEGUE_RT void raise_eights(float* peaks, const float* samples, int count, Depth depth) const;
  SEGUE_RT void raise_all(float* peaks, const float* samples, int count, Depth depth) const;

  // Phase 0 of both are the samples themselves; the others are here.
  std::array<std::array<float, kTaps>, kLongPhases - 1> long_;
  std::array<std::array<float, kShortTaps>, kShortPhases - 1> short_;
};

// The highest true peak of a signal since the last reset. One thread; realtime-safe.
class TruePeakMeter {
 public:
  SEGUE_RT void process(ConstStereoBlock block);
  // Lets the block go by without measuring it, so that process() can go on behind it.
  SEGUE_RT void pass(ConstStereoBlock block);
  // Counts a peak that was found elsewhere.
  SEGUE_RT void raise_to(float peak);
  // As a magnitude, 1 is full scale. Covers all but the last TruePeakFilter::kAfter frames given.
  float peak(int channel) const { return peak_[static_cast<std::size_t>(channel)]; }
  SEGUE_RT void reset();

 private:
  static constexpr int kChunkFrames = 64;
  static constexpr int kHistory = TruePeakFilter::kTaps - 1;

  SEGUE_RT void measure(int channel, const float* samples, int frames);

  TruePeakFilter filter_;
  std::array<std::array<float, kHistory + kChunkFrames>, 2> window_{};
  std::array<float, 2> peak_{};
};

}  // namespace segue::dsp
