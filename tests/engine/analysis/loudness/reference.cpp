// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/analysis/loudness/reference.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <ebur128.h>

namespace segue::analysis::test {

Reference reference_of(const Programme& programme) {
  constexpr int kModes = EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK | EBUR128_MODE_SAMPLE_PEAK;
  ebur128_state* state = ebur128_init(2, static_cast<unsigned long>(programme.sample_rate_hz), kModes);
  std::vector<float> interleaved;
  interleaved.reserve(2 * programme.left.size());
  for (std::size_t i = 0; i < programme.left.size(); ++i) {
    interleaved.push_back(programme.left[i]);
    interleaved.push_back(programme.right[i]);
  }
  ebur128_add_frames_float(state, interleaved.data(), programme.left.size());
  Reference reference;
  ebur128_loudness_global(state, &reference.integrated_lufs);
  ebur128_loudness_range(state, &reference.range_lu);
  // Its interpolator lags; silence brings out the rest, which its loudness then no longer needs to know.
  constexpr std::array<float, 128> kSilence{};
  ebur128_add_frames_float(state, kSilence.data(), kSilence.size() / 2);
  double true_peak = 0;
  double sample_peak = 0;
  for (unsigned channel = 0; channel < 2; ++channel) {
    double value = 0;
    ebur128_true_peak(state, channel, &value);
    true_peak = std::max(true_peak, value);
    ebur128_sample_peak(state, channel, &value);
    sample_peak = std::max(sample_peak, value);
  }
  ebur128_destroy(&state);
  reference.true_peak_dbtp = 20.0 * std::log10(true_peak);
  reference.sample_peak_db = 20.0 * std::log10(sample_peak);
  return reference;
}

}  // namespace segue::analysis::test
