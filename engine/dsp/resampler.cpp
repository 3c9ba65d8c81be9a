// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/resampler.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <numeric>

#include "engine/dsp/simd.h"
#include "engine/dsp/windowed_sinc.h"

namespace segue::dsp {
namespace {

constexpr double kAttenuationDb = 125.0;
// Taps per sample of the lower rate: transition from 0.914 to 1 of half that rate.
constexpr int kTapsAtLowerRate = 192;
// Taps come in steps of two vectors.
constexpr int kTapStep = 16;
// With more phases than this a table of all of them (1 MB at equal rates) is slower than interpolating rows.
constexpr Frames kPhasesMax = 1024;
// Rows per sample for a cubic between them: error 0.0234 (π / 128)^4, -149 dB.
constexpr int kPhasesBetween = 128;

// floor(a / b) for b > 0.
Frames floor_divide(Frames a, Frames b) {
  const Frames quotient = a / b;
  return quotient * b > a ? quotient - 1 : quotient;
}

// Where a run of output frames begins: a frame's taps and the source frames they read, and how both move on.
struct Start {
  const float* source;
  Frames phase;
  int count;
  float* out;
};

// A row for every phase.
struct Exact {
  const float* rows;
  int taps;
  Frames up;
  Frames down;
  Start start;

  template <typename Width>
  SEGUE_INLINE void run() const {
    const float* source = start.source;
    Frames phase = start.phase;
    const Frames whole = down / up;
    const Frames rest = down % up;
    for (int i = 0; i < start.count; ++i) {
      start.out[i] = dot<typename Width::Floats>(rows + phase * taps, source);
      source += whole;
      phase += rest;
      if (phase >= up) {
        phase -= up;
        ++source;
      }
    }
  }

  template <typename Floats>
  SEGUE_INLINE float dot(const float* row, const float* source) const {
    Floats even = {};
    Floats odd = {};
    for (int k = 0; k < taps; k += kTapStep) {
      Floats a, b, x, y;
      simd::load(a, row + k);
      simd::load(b, row + k + simd::kFloats);
      simd::load(x, source + k);
      simd::load(y, source + k + simd::kFloats);
      even += a * x;
      odd += b * y;
    }
    even += odd;
    return simd::sum(even);
  }
};

// Taps interpolated between rows.
struct Between {
  const float* rows;
  int taps;
  Frames up;
  Frames down;
  Start start;

  template <typename Width>
  SEGUE_INLINE void run() const {
    const float* source = start.source;
    Frames phase = start.phase;
    for (int i = 0; i < start.count; ++i) {
      const double scaled = static_cast<double>(phase) / static_cast<double>(up) * kPhasesBetween;
      const int row = static_cast<int>(scaled);
      const float* r0 = rows + static_cast<std::ptrdiff_t>(row) * taps;
      start.out[i] = dot<typename Width::Floats>(r0, static_cast<float>(scaled - row), source);
      phase += down;
      source += phase / up;
      phase %= up;
    }
  }

  template <typename Floats>
  SEGUE_INLINE float dot(const float* row, float f, const float* source) const {
    // Lagrange's cubic through the rows at -1, 0, 1 and 2.
    const float w0 = f * (f - 1.0F) * (f - 2.0F) * (-1.0F / 6.0F);
    const float w1 = (f + 1.0F) * (f - 1.0F) * (f - 2.0F) * 0.5F;
    const float w2 = (f + 1.0F) * f * (f - 2.0F) * -0.5F;
    const float w3 = (f + 1.0F) * f * (f - 1.0F) * (1.0F / 6.0F);
    Floats total = {};
    for (int k = 0; k < taps; k += simd::kFloats) {
      Floats a, b, c, d, x;
      simd::load(a, row + k);
      simd::load(b, row + k + taps);
      simd::load(c, row + k + 2 * taps);
      simd::load(d, row + k + 3 * taps);
      simd::load(x, source + k);
      total += ((a * w0 + b * w1) + (c * w2 + d * w3)) * x;
    }
    return simd::sum(total);
  }
};

}  // namespace

Resampler Resampler::create(int source_hz, int target_hz) {
  Resampler resampler;
  const int divisor = std::gcd(source_hz, target_hz);
  resampler.up_ = target_hz / divisor;
  resampler.down_ = source_hz / divisor;
  if (resampler.is_identity()) return resampler;

  const double shrink = std::max(1.0, static_cast<double>(source_hz) / target_hz);
  const int taps = static_cast<int>(std::ceil(kTapsAtLowerRate * shrink / kTapStep)) * kTapStep;
  const KernelShape shape{.taps = taps, .cutoff = 0.5 / shrink - kaiser_transition(kAttenuationDb, taps) / 2.0};
  const KaiserWindow window(kAttenuationDb);
  const bool exact = resampler.up_ <= kPhasesMax;
  resampler.taps_ = taps;
  resampler.has_all_phases_ = exact;
  const int phases = exact ? static_cast<int>(resampler.up_) : kPhasesBetween;
  // Between rows a cubic also needs the row before the first and two after the last.
  const int first = exact ? 0 : -1;
  const int last = exact ? phases - 1 : phases + 1;
  resampler.rows_.resize(static_cast<std::size_t>(last - first + 1) * static_cast<std::size_t>(taps));
  float* row = resampler.rows_.data();
  for (int phase = first; phase <= last; ++phase, row += taps) {
    fill_kernel_row(row, shape, window, static_cast<double>(phase) / phases);
  }
  return resampler;
}

Frames Resampler::target_frames_for(Frames source) const { return -floor_divide(-source * up_, down_); }
Frames Resampler::source_frames_for(Frames target) const { return -floor_divide(-target * down_, up_); }

Frames Resampler::first_source(Frames target_frame) const {
  return floor_divide(target_frame * down_, up_) - (is_identity() ? 0 : taps_ / 2 - 1);
}

Frames Resampler::last_source(Frames target_frame) const { return floor_divide(target_frame * down_, up_) + taps_ / 2; }

void Resampler::process(const float* source, Frames source_start, Frames target_start, int count, float* out) const {
  if (is_identity()) {
    std::memcpy(out, source + (target_start - source_start), static_cast<std::size_t>(count) * sizeof(float));
    return;
  }
  const Frames position = target_start * down_;
  const Start start{.source = source + (first_source(target_start) - source_start),
                    .phase = position - floor_divide(position, up_) * up_,
                    .count = count,
                    .out = out};
  if (has_all_phases_) {
    simd::run(Exact{.rows = rows_.data(), .taps = taps_, .up = up_, .down = down_, .start = start});
  } else {
    simd::run(Between{.rows = rows_.data(), .taps = taps_, .up = up_, .down = down_, .start = start});
  }
}

}  // namespace segue::dsp
