// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "engine/base/audio_block.h"
#include "engine/dsp/ramp.h"
#include "engine/rt/realtime.h"

namespace segue::dsp {

// A three-band isolator of a channel: Linkwitz-Riley splits of 48 dB per octave whose bands sum to a flat response.
// One thread; everything but construction is realtime-safe; no delay. Until a gain is first changed the audio passes
// bit for bit; then the filters, kept warm meanwhile, are faded in and stay in until reset_if_silent, because the
// sum of the bands is flat but turns phases. The result does not depend on how frames are split over calls.
class Isolator {
 public:
  static constexpr int kLow = 0;
  static constexpr int kMid = 1;
  static constexpr int kHigh = 2;
  static constexpr int kBands = 3;

  explicit Isolator(int sample_rate_hz);

  // Moves a band's gain over 5 ms, or at once while the channel is not active. 0 removes the band exactly.
  SEGUE_RT void set_gain(int band, float gain);
  // Whether the channel carries sound. Only an active or touched isolator spends time in `process`.
  SEGUE_RT void set_active(bool is_active);
  SEGUE_RT void process(StereoBlock block);
  // Leaves the path again if all gains are 1. To be called only while the channel is silent.
  SEGUE_RT void reset_if_silent();

  bool is_in_path() const { return is_in_path_; }

 private:
  // Sections of second order in the order they run: four of the lower split, two of the allpass, four of the upper.
  static constexpr int kSections = 10;
  // Side by side in each: left and right low-pass, left and right high-pass.
  static constexpr int kLanes = 4;
  struct Section {
    double a1 = 0;
    double a2 = 0;
    double s1[kLanes] = {};
    double s2[kLanes] = {};
  };
  using Sections = std::array<Section, kSections>;
  struct Bands;
  struct Run;

  SEGUE_RT void clear();

  Sections sections_;
  std::array<double, kBands> scale_;  // what the numerators leave out
  std::array<Ramp, kBands> gains_;
  Ramp entry_;  // 0 dry, 1 filtered
  bool is_active_ = false;
  bool is_in_path_ = false;
};

}  // namespace segue::dsp
