// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/analysis/spectrum.h"

namespace segue::analysis {

// Hears voices by what instruments with fixed notes do not do: all partials of a voice glide together, in speech,
// between sung notes and in vibrato. One thread.
class GlideMeter {
 public:
  // The share of the tonal peaks between 250 Hz and 4 kHz that move together by one interval, 0 to 1. Frames in order.
  float push(const SpectrumFrame& frame);

 private:
  static constexpr std::size_t kPeaksMax = 48;
  struct Peaks {
    std::array<float, kPeaksMax> hz{};
    std::size_t count = 0;
    double at_s = 0;
  };
  static void find_peaks(const SpectrumFrame& frame, Peaks& peaks);
  static float together(const Peaks& now, const Peaks& before);

  std::array<Peaks, 3> recent_;  // a ring, of this frame and the two before
  std::size_t newest_ = 0;
};

struct Bar;
// How likely a voice is in each bar, 0 to 1, from the bars' glides.
std::vector<float> vocal_curve(const std::vector<Bar>& bars);

}  // namespace segue::analysis
