// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace segue::analysis {

// Brings a signal to a lower rate for listening to its pitches: a linear-phase low-pass, then one of `factor` samples.
// What lies above `pass_hz` is dulled, and only what would fold onto it is stopped (by 60 dB). One thread.
class ChromaDecimator {
 public:
  struct Options {
    double sample_rate_hz = 0;  // of the input
    int factor = 1;             // 1 passes the signal as it is
    double pass_hz = 0;         // below half the output rate
  };
  explicit ChromaDecimator(const Options& options);

  double output_rate_hz() const { return output_rate_hz_; }
  // By how much a sound comes late in the output.
  double delay_s() const { return delay_s_; }
  // The samples that the input so far gives, valid until the next call.
  std::span<const float> push(std::span<const float> input);

 private:
  const int factor_;
  const double output_rate_hz_;
  double delay_s_ = 0;
  std::vector<float> taps_;     // symmetric, padded with zeros to whole lanes
  std::vector<float> history_;  // what the next output still needs
  std::vector<float> output_;
};

}  // namespace segue::analysis
