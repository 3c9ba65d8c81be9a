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

// The depth of the stop band: 5 dB more than the -100 dB that products of a tone are to keep below.
constexpr double kAttenuationDb = 106.0;
// Taps at rate 1 or less: transition from 20 to 28 kHz at 48 kHz.
constexpr int kTapsUnity = 48;
// Taps per unit of rate above 1: with a stop band from 24 kHz the output is flat to 19 kHz.
constexpr double kTapsPerRate = 68.0;
// Kernels per octave of rate from 1 to 2, and above 2.
constexpr int kFineSteps = 24;
constexpr int kCoarseSteps = 3;
constexpr int kLanes = 8;

int phases_for(double rate) { return rate < 2.0 ? 64 : rate < 4.0 ? 32 : 16; }

// Taps of the row in between, into sums of products with both channels.
struct Rows {
  const float* r0;
  int taps;
  float w0, w1, w2, w3;
};

SEGUE_INLINE void dot(const Rows& rows, const float* left, const float* right, float& out_left, float& out_right) {
  simd::Float8 sum_left = {};
  simd::Float8 sum_right = {};
  const float* r1 = rows.r0 + rows.taps;
  const float* r2 = r1 + rows.taps;
  const float* r3 = r2 + rows.taps;
  for (int k = 0; k < rows.taps; k += kLanes) {
    simd::Float8 a, b, c, d, l, r;
    simd::load(a, rows.r0 + k);
    simd::load(b, r1 + k);
    simd::load(c, r2 + k);
    simd::load(d, r3 + k);
    simd::load(l, left + k);
    simd::load(r, right + k);
    const simd::Float8 tap = (a * rows.w0 + b * rows.w1) + (c * rows.w2 + d * rows.w3);
    sum_left += tap * l;
    sum_right += tap * r;
  }
  out_left = simd::sum(sum_left);
  out_right = simd::sum(sum_right);
}

struct Walk {
  const float* rows;
  int taps;
  int phases;
  double position;
  double rate;
};

SEGUE_SIMD_CLONES void interpolate_walk(const Walk& walk, const float* left, const float* right, StereoBlock out) {
  for (int i = 0; i < out.frames; ++i) {
    const double at = walk.position + i * walk.rate;
    auto frame = static_cast<std::int64_t>(at);
    if (static_cast<double>(frame) > at) --frame;
    const double scaled = (at - static_cast<double>(frame)) * walk.phases;
    const int row = static_cast<int>(scaled);
    const auto f = static_cast<float>(scaled - row);
    // Lagrange's cubic through the rows at -1, 0, 1 and 2.
    const Rows rows{.r0 = walk.rows + static_cast<std::ptrdiff_t>(row) * walk.taps,
                    .taps = walk.taps,
                    .w0 = f * (f - 1.0F) * (f - 2.0F) * (-1.0F / 6.0F),
                    .w1 = (f + 1.0F) * (f - 1.0F) * (f - 2.0F) * 0.5F,
                    .w2 = (f + 1.0F) * f * (f - 2.0F) * -0.5F,
                    .w3 = (f + 1.0F) * f * (f - 1.0F) * (1.0F / 6.0F)};
    const std::int64_t first = frame - walk.taps / 2 + 1;
    dot(rows, left + first, right + first, out.left[i], out.right[i]);
  }
}

}  // namespace

SincBank::SincBank() {
  const KaiserWindow window(kAttenuationDb);
  std::vector<KernelShape> shapes{{.taps = kTapsUnity, .cutoff = 0.5}};
  kernels_.push_back({.rate_max = 1.0, .taps = kTapsUnity, .phases = phases_for(1.0), .rows = nullptr});
  const auto add = [&](double rate) {
    const int taps = static_cast<int>(std::ceil(kTapsPerRate * rate / kLanes)) * kLanes;
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

void SincBank::interpolate(const float* left, const float* right, double position, double rate,
                           StereoBlock out) const {
  const Kernel& kernel = kernel_for(rate);
  interpolate_walk({.rows = kernel.rows,
                    .taps = kernel.taps,
                    .phases = kernel.phases,
                    .position = position,
                    .rate = rate},
                   left, right, out);
}

}  // namespace segue::dsp
