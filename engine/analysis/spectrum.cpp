// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/spectrum.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace segue::analysis {
namespace {

int window_for(int sample_rate_hz) {
  int size = 256;
  while (size * 32 < sample_rate_hz) size *= 2;  // between 31 and 62 ms
  return size;
}

}  // namespace

Spectrum::Spectrum(int sample_rate_hz) : sample_rate_hz_(sample_rate_hz), fft_(window_for(sample_rate_hz)) {
  const auto size = static_cast<std::size_t>(window());
  window_.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    const double phase = 2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(size);
    window_[i] = static_cast<float>((0.5 - 0.5 * std::cos(phase)) * 4.0 / static_cast<double>(size));
  }
  history_.assign(size, 0.0F);
  power_.resize(static_cast<std::size_t>(bins()));
  filled_ = size - static_cast<std::size_t>(hop());
}

std::size_t Spectrum::take(std::span<const float> mono) {
  const std::size_t count = std::min(mono.size(), history_.size() - filled_);
  std::copy_n(mono.begin(), count, history_.begin() + static_cast<std::ptrdiff_t>(filled_));
  filled_ += count;
  return count;
}

void Spectrum::pad() {
  std::fill(history_.begin() + static_cast<std::ptrdiff_t>(filled_), history_.end(), 0.0F);
  filled_ = history_.size();
}

SpectrumFrame Spectrum::next() {
  float* input = fft_.input();
  for (std::size_t i = 0; i < history_.size(); ++i) input[i] = history_[i] * window_[i];
  fft_.power(power_.data());
  std::copy(history_.begin() + hop(), history_.end(), history_.begin());
  filled_ = history_.size() - static_cast<std::size_t>(hop());
  const std::int64_t end = (frames_ + 1) * hop();  // samples of the track in the windows so far
  SpectrumFrame frame;
  frame.index = frames_++;
  frame.centre_s = (static_cast<double>(end) - 0.5 * window()) / sample_rate_hz_;
  frame.bin_hz = static_cast<double>(sample_rate_hz_) / window();
  frame.power = power_;
  return frame;
}

}  // namespace segue::analysis
