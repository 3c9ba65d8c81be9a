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
  // Two channels and two filters side by side: left and right low-pass, left and right high-pass.
  // The alignment is written out: without AVX the compiler would give the type 16, which the AVX2 clone takes for 32.
  typedef double Lanes __attribute__((vector_size(32), aligned(32)));
  // A second-order section of the splits, numerator 1 ± 2z + z²; the allpass has no numerator of its own.
  struct Section {
    double a1 = 0;
    double a2 = 0;
    Lanes s1 = {};
    Lanes s2 = {};
  };
  struct Filters {
    std::array<Section, 4> lower;    // low | rest
    std::array<Section, 4> upper;    // mid | high, of rest
    std::array<Section, 2> allpass;  // low, as the upper split turns the rest
  };
  struct Bands;

  static void design(std::array<Section, 4>& split, double frequency_hz, double sample_rate_hz);
  static void run(Filters& filters, StereoBlock block, const Bands& bands);
  static void clear(Filters& filters);

  Filters filters_;
  std::array<double, kBands> scale_;  // what the numerators leave out
  std::array<Ramp, kBands> gains_;
  Ramp entry_;  // 0 dry, 1 filtered
  bool is_active_ = false;
  bool is_in_path_ = false;
};

}  // namespace segue::dsp
