// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/waveform_bands.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/dsp/simd.h"

namespace segue::analysis {
namespace {

constexpr int kSampleRateMaxHz = 100'000;
constexpr double kLowHz = 200;
constexpr double kHighHz = 2'000;
constexpr float kSilence = 1e-12F;  // far below what a byte shows, far above where floats get slow

}  // namespace

WaveformBands::WaveformBands(int sample_rate_hz) : step_(sample_rate_hz / kSampleRateMaxHz + 1) {
  const double rate_hz = static_cast<double>(sample_rate_hz) / step_;
  for (const int stage : {0, 1}) {
    set(outer_, stage, Kind::kLowPass, kLowHz / rate_hz);
    set(outer_, 2 + stage, Kind::kHighPass, kHighHz / rate_hz);
    set(inner_, stage, Kind::kHighPass, kLowHz / rate_hz);
    set(inner_, 2 + stage, Kind::kLowPass, kHighHz / rate_hz);
  }
}

// Butterworth by the bilinear transform; two in a row are a Linkwitz-Riley filter of fourth order.
void WaveformBands::set(Biquads& biquads, int lane, Kind kind, double cycles_per_sample) {
  const double w = 2.0 * std::numbers::pi * cycles_per_sample;
  const double cosine = std::cos(w);
  const double alpha = std::sin(w) / std::numbers::sqrt2;
  const double sign = kind == Kind::kLowPass ? 1.0 : -1.0;
  const double b1 = sign * (1.0 - sign * cosine) / (1.0 + alpha);
  biquads.b0[lane] = static_cast<float>(sign * b1 / 2.0);
  biquads.b1[lane] = static_cast<float>(b1);
  biquads.b2[lane] = static_cast<float>(sign * b1 / 2.0);
  biquads.a1[lane] = static_cast<float>(-2.0 * cosine / (1.0 + alpha));
  biquads.a2[lane] = static_cast<float>((1.0 - alpha) / (1.0 + alpha));
}

void WaveformBands::push(ConstStereoBlock block) {
  std::array<float, 256> samples;
  int count = 0;
  for (int i = 0; i < block.frames; ++i) {
    sum_ += block.left[i] + block.right[i];
    if (++summed_frames_ < step_) continue;
    samples[static_cast<std::size_t>(count++)] = sum_ * (0.5F / static_cast<float>(step_));
    sum_ = 0;
    summed_frames_ = 0;
    if (count < static_cast<int>(samples.size())) continue;
    filter(samples.data(), count);
    count = 0;
  }
  filter(samples.data(), count);
}

// Each stage takes what the one before it made of the sample before: a delay of three samples at most, and eight
// filters for the time of two.
void WaveformBands::filter(const float* samples, int count) {
  typedef int Lanes __attribute__((vector_size(16)));
  constexpr Lanes kPairs = {4, 0, 4, 2};  // 4: the sample itself
  constexpr Lanes kRow = {4, 0, 1, 2};
  Biquads outer = outer_;
  Biquads inner = inner_;
  const auto step = [](Biquads& q, Four x) {
    q.out = q.b0 * x + q.s1;
    q.s1 = (q.b1 * x + q.s2) - q.a1 * q.out;
    q.s2 = q.b2 * x - q.a2 * q.out;
    dsp::simd::keep_higher_magnitude<dsp::simd::Int4>(q.peak, q.out);
  };
  for (int i = 0; i < count; ++i) {
    const Four sample = {samples[i], samples[i], samples[i], samples[i]};
    step(outer, __builtin_shuffle(outer.out, sample, kPairs));
    step(inner, __builtin_shuffle(inner.out, sample, kRow));
  }
  outer_ = outer;
  inner_ = inner;
}

WaveformBands::Peaks WaveformBands::take() {
  const Peaks peaks{.low = outer_.peak[1], .mid = inner_.peak[3], .high = outer_.peak[3]};
  for (Biquads* biquads : {&outer_, &inner_}) {
    biquads->peak = Four{};
    settle(*biquads);
  }
  return peaks;
}

// What still rings long after the end of a sound would go on for ever in numbers that are slow to compute with.
void WaveformBands::settle(Biquads& biquads) {
  for (int lane = 0; lane < 4; ++lane) {
    if (std::fabs(biquads.s1[lane]) < kSilence) biquads.s1[lane] = 0;
    if (std::fabs(biquads.s2[lane]) < kSilence) biquads.s2[lane] = 0;
  }
}

}  // namespace segue::analysis
