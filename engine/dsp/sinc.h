// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/base/audio_block.h"
#include "engine/rt/realtime.h"

namespace segue::dsp {

// The varispeed interpolator: reads audio at any position and any rate, band-limited to what the rate leaves of it.
// A bank of windowed-sinc kernels for rates 1 to 8; a rate uses the narrowest kernel that still removes everything
// which would fold. Immutable once built, so any thread may use it; interpolate is realtime-safe.
// Every kernel is symmetrical: it delays nothing, and a change of rate moves no sound.
class SincBank {
 public:
  // The largest |rate| that is band-limited; beyond it the widest kernel is used and the top folds.
  static constexpr double kRateMax = 8.0;

  SincBank();
  // The bank of the process, built by the first call; make that one off the audio thread.
  static const SincBank& shared();

  // How many frames `interpolate` at `rate` needs on each side of a position.
  SEGUE_RT int reach(double rate) const;

  // Frame i of `out` is the track at position + i * rate, where left[0] and right[0] are at position 0. Negative
  // rates play backwards and 0 holds. The frames from floor(lowest position) - reach + 1 to
  // floor(highest position) + reach must exist. At integer positions and |rate| <= 1 the input comes out unchanged.
  SEGUE_RT void interpolate(const float* left, const float* right, double position, double rate, StereoBlock out) const;

 private:
  // Rows of taps for positions (row - 1) / phases past a frame; one row before 0 and two from 1 on serve the cubic
  // interpolation between rows.
  struct Kernel {
    double rate_max;
    int taps;
    int phases;
    const float* rows;
  };
  SEGUE_RT const Kernel& kernel_for(double rate) const;

  std::vector<float> storage_;
  std::vector<Kernel> kernels_;
};

}  // namespace segue::dsp
