// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/loudness_peaks.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/analysis/extremes.h"
#include "engine/dsp/simd.h"

namespace segue::analysis {
namespace {

namespace simd = dsp::simd;

constexpr float kFullScale = 1.0F - 1.0F / 32768.0F;
constexpr int kClippedFramesMin = 3;
// Of all kernels together, but for the zeros at both ends of the window.
constexpr int kKernelTaps = 48;

// The highest magnitude of each lane. Up to three kernels share the loading of a sample.
template <int kKernels>
struct Interpolate {
  const float* kernels;
  int taps;
  const float* window;
  int vectors;
  float* highest;

  template <typename Width>
  SEGUE_INLINE void run() const {
    using Floats = typename Width::Floats;
    Floats peak = {};
    for (int i = 0; i < vectors; ++i) {
      Floats between[kKernels] = {};
      for (int k = 0; k < taps; ++k) {
        Floats x;
        simd::load(x, window + i * simd::kFloats + k);
        for (int r = 0; r < kKernels; ++r) between[r] += x * kernels[r * taps + k];
      }
      for (int r = 0; r < kKernels; ++r) simd::raise_to(peak, between[r]);
    }
    simd::store(highest, peak);
  }
};

}  // namespace

SignalPeaks::SignalPeaks(int sample_rate_hz) {
  const int factor = sample_rate_hz < 96'000 ? 4 : sample_rate_hz < 192'000 ? 2 : 1;
  if (factor == 1) return;
  taps_ = kKernelTaps / factor;
  for (int phase = 1; phase < factor; ++phase) {
    float sum = 0;
    for (int k = 0; k < taps_; ++k) {
      // Distance from the middle, in samples; the window reaches to taps_ / 2.
      const double t = std::numbers::pi * (k - taps_ / 2 + static_cast<double>(phase) / factor);
      const double hann = 0.5 + 0.5 * std::cos(t / (taps_ / 2));
      kernels_.push_back(static_cast<float>(std::sin(t) / t * hann));
      sum += std::fabs(kernels_.back());
    }
    reach_ = std::max(reach_, sum);
  }
}

void SignalPeaks::push(ConstStereoBlock block) {
  for (int from = 0; from < block.frames; from += kChunkFrames) {
    look({block.left + from, block.right + from, std::min(kChunkFrames, block.frames - from)});
  }
}

void SignalPeaks::look(ConstStereoBlock chunk) {
  const float* const planes[2] = {chunk.left, chunk.right};
  float chunk_peak = 0;
  for (std::size_t c = 0; c < 2; ++c) {
    chunk_peak = std::max(chunk_peak, extremes_of(planes[c], chunk.frames).magnitude());
    if (taps_ == 0) continue;
    Window& window = windows_[c];
    std::copy_n(planes[c], chunk.frames, window.begin() + (taps_ - 1));
    // In most of a track nothing between the samples can be higher than what has been found.
    const float highest = extremes_of(window.data(), taps_ - 1 + chunk.frames).magnitude();
    if (highest * reach_ > between_peak_) between_peak_ = std::max(between_peak_, peak_between(window, chunk.frames));
    std::copy_n(window.begin() + chunk.frames, taps_ - 1, window.begin());
  }
  sample_peak_ = std::max(sample_peak_, chunk_peak);
  if (chunk_peak >= kFullScale) {
    count_clipped(chunk);
  } else {
    run_frames_ = {};
    is_clipping_ = false;
  }
}

float SignalPeaks::peak_between(const Window& window, int frames) const {
  float highest[simd::kFloats] = {};
  const auto interpolate = [&](const float* samples, int vectors) {
    if (kernels_.size() == static_cast<std::size_t>(taps_)) {
      simd::run(Interpolate<1>{kernels_.data(), taps_, samples, vectors, highest});
    } else {
      simd::run(Interpolate<3>{kernels_.data(), taps_, samples, vectors, highest});
    }
  };
  const int rest = frames % simd::kFloats;
  interpolate(window.data(), frames / simd::kFloats);
  float peak = *std::max_element(highest, highest + simd::kFloats);
  if (rest > 0) {
    // A copy that has eight; what the lanes behind the last frame find is of no signal.
    float samples[kTapsMax - 1 + simd::kFloats] = {};
    std::copy_n(window.begin() + (frames - rest), taps_ - 1 + rest, samples);
    interpolate(samples, 1);
    peak = std::max(peak, *std::max_element(highest, highest + rest));
  }
  return peak;
}

void SignalPeaks::count_clipped(ConstStereoBlock chunk) {
  const float* const planes[2] = {chunk.left, chunk.right};
  for (int i = 0; i < chunk.frames; ++i) {
    bool is_clipped = false;
    for (std::size_t c = 0; c < 2; ++c) {
      const float x = planes[c][i];
      int& run = run_frames_[c];
      if (x >= kFullScale) {
        run = std::min(std::max(run, 0) + 1, kClippedFramesMin);
      } else if (x <= -kFullScale) {
        run = std::max(std::min(run, 0) - 1, -kClippedFramesMin);
      } else {
        run = 0;
      }
      is_clipped = is_clipped || std::abs(run) >= kClippedFramesMin;
    }
    if (is_clipped && !is_clipping_) ++clipped_runs_;
    is_clipping_ = is_clipped;
  }
}

float SignalPeaks::true_peak() const {
  float peak = std::max(sample_peak_, between_peak_);
  for (const Window& window : windows_) {
    if (taps_ == 0) break;
    Window tail{};
    std::copy_n(window.begin(), taps_ - 1, tail.begin());
    peak = std::max(peak, peak_between(tail, taps_ - 1));
  }
  return peak;
}

}  // namespace segue::analysis
