// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/chroma_decimator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace segue::analysis {
namespace {

constexpr std::size_t kLanes = 8;  // partial sums, so that the compiler may add them side by side

// Blackman-windowed sinc. Its transition is 5.5 / taps cycles per sample wide.
std::vector<float> low_pass(double cutoff, double transition) {
  const auto half = static_cast<int>(std::ceil(5.5 / transition / 2));
  const int count = 2 * half + 1;
  std::vector<double> taps;
  double sum = 0;
  for (int i = -half; i <= half; ++i) {
    const double x = 2 * std::numbers::pi * cutoff * i;
    const double turn = std::numbers::pi * i / (half + 1);
    const double window = 0.42 + 0.5 * std::cos(turn) + 0.08 * std::cos(2 * turn);
    taps.push_back((i == 0 ? 1.0 : std::sin(x) / x) * window);
    sum += taps.back();
  }
  std::vector<float> rounded(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < rounded.size(); ++i) rounded[i] = static_cast<float>(taps[i] / sum);
  return rounded;
}

float dot(const float* a, const float* b, std::size_t count) {
  std::array<float, kLanes> sums{};
  for (std::size_t i = 0; i < count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

}  // namespace

ChromaDecimator::ChromaDecimator(const Options& options)
    : factor_(options.factor), output_rate_hz_(options.sample_rate_hz / options.factor) {
  if (factor_ == 1) return;
  const double pass = options.pass_hz / options.sample_rate_hz;
  const double stop = 1.0 / factor_ - pass;
  taps_ = low_pass((pass + stop) / 2, stop - pass);
  delay_s_ = static_cast<double>(taps_.size() / 2) / options.sample_rate_hz;
  history_.assign(taps_.size() - 1, 0.0F);
  while (taps_.size() % kLanes != 0) taps_.push_back(0.0F);
}

std::span<const float> ChromaDecimator::push(std::span<const float> input) {
  output_.clear();
  if (factor_ == 1) {
    output_.assign(input.begin(), input.end());
    return output_;
  }
  history_.insert(history_.end(), input.begin(), input.end());
  std::size_t at = 0;
  for (; at + taps_.size() <= history_.size(); at += static_cast<std::size_t>(factor_)) {
    output_.push_back(dot(history_.data() + at, taps_.data(), taps_.size()));
  }
  history_.erase(history_.begin(), history_.begin() + static_cast<std::ptrdiff_t>(std::min(at, history_.size())));
  return output_;
}

}  // namespace segue::analysis
