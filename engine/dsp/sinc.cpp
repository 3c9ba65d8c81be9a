// SPDX-License-Identifier: GPL-3.0-or-later
//
// Why these kernels. A tone of frequency f comes out at f × rate; what would come out above half the sample rate
// folds and must be gone before. So a kernel for rates up to r stops at 1/2r cycles per sample. Kernels lie densely
// from 1 to 2, where records are played: the next wider kernel takes away at most 3 % of the band. At rates up to 1
// nothing can fold, only images must go; the transition may lie around half the sample rate, and the kernel has the
// zeros of an ideal interpolator, which makes integer positions exact.
//
// Between rows of a kernel the taps are interpolated by a cubic. Its error at the highest frequency is
// 0.0234 (π / phases)^4: -137 dB for 64 phases, which as a linear interpolation would need 2,600. So the table of a
// kernel is about as large as a first-level cache, and the arithmetic costs less than the misses of a large one.
#include "engine/dsp/sinc.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "engine/dsp/simd.h"
#include "engine/dsp/windowed_sinc.h"

namespace segue::dsp {
namespace {

// The depth of the stop band: products of a tone are to keep below -100 dB.
constexpr double kAttenuationDb = 106.0;
// Taps at rate 1 or less: transition from 20 to 28 kHz at 48 kHz.
constexpr int kTapsUnity = 48;
// Taps per unit of rate above 1: with a stop band from 24 kHz the output is flat to 19 kHz.
constexpr double kTapsPerRate = 68.0;
// Kernels per octave of rate from 1 to 2, and above 2.
constexpr int kFineSteps = 24;
constexpr int kCoarseSteps = 3;

int phases_for(double rate) { return rate < 2.0 ? 64 : rate < 4.0 ? 32 : 16; }

// Writes the frames of `out` at position, position + rate, …
struct Walk {
  const float* rows;
  int taps;
  int phases;
  double position;
  double rate;
  const float* left;
  const float* right;
  StereoBlock out;

  template <typename Width>
  SEGUE_INLINE void run() const {
    for (int i = 0; i < out.frames; ++i) {
      const double at = position + i * rate;
      auto frame = static_cast<std::int64_t>(at);
      if (static_cast<double>(frame) > at) --frame;
      const double scaled = (at - static_cast<double>(frame)) * phases;
      const int row = static_cast<int>(scaled);
      read<typename Width::Floats>(i, frame - taps / 2 + 1, row, static_cast<float>(scaled - row));
    }
  }

  // Frame `i` from the frames beginning at `first`, with taps a fraction `f` of the way from a row to the next.
  template <typename Floats>
  SEGUE_INLINE void read(int i, std::int64_t first, int row, float f) const {
    // Lagrange's cubic through the rows at -1, 0, 1 and 2.
    const float w0 = f * (f - 1.0F) * (f - 2.0F) * (-1.0F / 6.0F);
    const float w1 = (f + 1.0F) * (f - 1.0F) * (f - 2.0F) * 0.5F;
    const float w2 = (f + 1.0F) * f * (f - 2.0F) * -0.5F;
    const float w3 = (f + 1.0F) * f * (f - 1.0F) * (1.0F / 6.0F);
    const float* r0 = rows + static_cast<std::ptrdiff_t>(row) * taps;
    const float* r1 = r0 + taps;
    const float* r2 = r1 + taps;
    const float* r3 = r2 + taps;
    Floats sum_left = {};
    Floats sum_right = {};
    for (int k = 0; k < taps; k += simd::kFloats) {
      Floats a, b, c, d, l, r;
      simd::load(a, r0 + k);
      simd::load(b, r1 + k);
      simd::load(c, r2 + k);
      simd::load(d, r3 + k);
      simd::load(l, left + first + k);
      simd::load(r, right + first + k);
      const Floats tap = (a * w0 + b * w1) + (c * w2 + d * w3);
      sum_left += tap * l;
      sum_right += tap * r;
    }
    out.left[i] = simd::sum(sum_left);
    out.right[i] = simd::sum(sum_right);
  }
};

}  // namespace

SincBank::SincBank() {
  const KaiserWindow window(kAttenuationDb);
  std::vector<KernelShape> shapes{{.taps = kTapsUnity, .cutoff = 0.5}};
  kernels_.push_back({.rate_max = 1.0, .taps = kTapsUnity, .phases = phases_for(1.0), .rows = nullptr});
  const auto add = [&](double rate) {
    const int taps = static_cast<int>(std::ceil(kTapsPerRate * rate / simd::kFloats)) * simd::kFloats;
    const double stop = 0.5 / rate;
    shapes.push_back({.taps = taps, .cutoff = stop - kaiser_transition(kAttenuationDb, taps) / 2.0});
    kernels_.push_back({.rate_max = rate, .taps = taps, .phases = phases_for(rate), .rows = nullptr});
  };
  for (int i = 1; i <= kFineSteps; ++i) add(std::exp2(static_cast<double>(i) / kFineSteps));
  for (int i = 1; i <= 2 * kCoarseSteps; ++i) add(2.0 * std::exp2(static_cast<double>(i) / kCoarseSteps));

  std::size_t size = 0;
  for (const Kernel& kernel : kernels_) size += static_cast<std::size_t>((kernel.phases + 3) * kernel.taps);
  storage_.resize(size);
  float* rows = storage_.data();
  for (std::size_t i = 0; i < kernels_.size(); ++i) {
    Kernel& kernel = kernels_[i];
    kernel.rows = rows;
    for (int row = -1; row <= kernel.phases + 1; ++row, rows += kernel.taps) {
      fill_kernel_row(rows, shapes[i], window, static_cast<double>(row) / kernel.phases);
    }
  }
}

const SincBank& SincBank::shared() {
  static const SincBank bank;
  return bank;
}

const SincBank::Kernel& SincBank::kernel_for(double rate) const {
  const double speed = std::fabs(rate);
  // A rate that is a step of the bank up to rounding belongs to that step.
  constexpr double kSlack = 1.0 + 1e-9;
  for (const Kernel& kernel : kernels_) {
    if (speed <= kernel.rate_max * kSlack) return kernel;
  }
  return kernels_.back();
}

int SincBank::reach(double rate) const { return kernel_for(rate).taps / 2; }

void SincBank::interpolate(const float* left, const float* right, double position, double rate, StereoBlock out) const {
  const Kernel& kernel = kernel_for(rate);
  simd::run(Walk{.rows = kernel.rows,
                 .taps = kernel.taps,
                 .phases = kernel.phases,
                 .position = position,
                 .rate = rate,
                 .left = left,
                 .right = right,
                 .out = out});
}

}  // namespace segue::dsp
