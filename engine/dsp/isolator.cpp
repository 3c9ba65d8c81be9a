// SPDX-License-Identifier: GPL-3.0-or-later
//
//          ┌ LP 246 ─ allpass 2484 ─ low
//  input ──┤          ┌ LP 2484 ──── mid
//          └ HP 246 ──┤
//                     └ HP 2484 ──── high
//
// Each LP/HP is a fourth-order Butterworth twice (Linkwitz-Riley of eighth order): LP + HP of one frequency is an
// allpass of fourth order. The low branch passes the allpass of the upper split, so all three branches turn alike
// and their sum is flat.
//
// State and arithmetic are double. In float, this form at 246 Hz amplifies rounding to -105 dBFS; a float form with
// little noise (a trapezoidal state-variable filter) needs twice as many operations, which is what double costs.
#include "engine/dsp/isolator.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/dsp/simd.h"

namespace segue::dsp {
namespace {

constexpr double kLowerSplitHz = 246.0;
constexpr double kUpperSplitHz = 2484.0;
// Quality of the two sections of a fourth-order Butterworth filter, 1 / (2 cos(π/8)) and 1 / (2 cos(3π/8)).
constexpr double kButterworthQ[2] = {0.54119610014619698, 1.3065629648763766};
constexpr double kRampSeconds = 0.005;
constexpr int kChunkFrames = 64;

int ramp_frames(int sample_rate_hz) { return static_cast<int>(std::lround(kRampSeconds * sample_rate_hz)); }

}  // namespace

// What `run` writes: per frame gains that include the scale of the sections, and how much of it replaces the input.
struct Isolator::Bands {
  float low[kChunkFrames];
  float mid[kChunkFrames];
  float high[kChunkFrames];
  float entry[kChunkFrames];
  std::array<double, kBands> scale;
  bool is_heard;
};

Isolator::Isolator(int sample_rate_hz)
    : gains_{Ramp(ramp_frames(sample_rate_hz)), Ramp(ramp_frames(sample_rate_hz)), Ramp(ramp_frames(sample_rate_hz))},
      entry_(ramp_frames(sample_rate_hz), 0.0F) {
  design(filters_.lower, kLowerSplitHz, sample_rate_hz);
  design(filters_.upper, kUpperSplitHz, sample_rate_hz);
  for (std::size_t i = 0; i < 2; ++i) filters_.allpass[i] = filters_.upper[i];
  const auto scales = [&](double frequency_hz) {
    const double g = std::tan(std::numbers::pi * frequency_hz / sample_rate_hz);
    double low_pass = 1.0;
    double high_pass = 1.0;
    for (const double q : kButterworthQ) {
      const double norm = 1.0 / (1.0 + g / q + g * g);
      low_pass *= std::pow(g * g * norm, 2);
      high_pass *= std::pow(norm, 2);
    }
    return std::array<double, 2>{low_pass, high_pass};
  };
  const auto [lower_low, lower_high] = scales(kLowerSplitHz);
  const auto [upper_low, upper_high] = scales(kUpperSplitHz);
  scale_ = {lower_low, lower_high * upper_low, lower_high * upper_high};
}

void Isolator::design(std::array<Section, 4>& split, double frequency_hz, double sample_rate_hz) {
  // Bilinear transform, exact at the split frequency.
  const double g = std::tan(std::numbers::pi * frequency_hz / sample_rate_hz);
  for (std::size_t i = 0; i < split.size(); ++i) {
    const double q = kButterworthQ[i % 2];
    const double norm = 1.0 / (1.0 + g / q + g * g);
    split[i].a1 = 2.0 * (g * g - 1.0) * norm;
    split[i].a2 = (1.0 - g / q + g * g) * norm;
  }
}

void Isolator::clear(Filters& filters) {
  const auto rest = [](Section& section) { section.s1 = section.s2 = Lanes{}; };
  std::for_each(filters.lower.begin(), filters.lower.end(), rest);
  std::for_each(filters.upper.begin(), filters.upper.end(), rest);
  std::for_each(filters.allpass.begin(), filters.allpass.end(), rest);
}

void Isolator::set_gain(int band, float gain) {
  Ramp& ramp = gains_[static_cast<std::size_t>(band)];
  if (!is_in_path_ && gain == ramp.target()) return;
  if (is_active_) {
    ramp.aim(gain);
    entry_.aim(1.0F);
  } else {
    ramp.jump(gain);
    if (!is_in_path_) entry_.jump(1.0F);
  }
  is_in_path_ = true;
}

void Isolator::set_active(bool is_active) {
  if (is_active && !is_active_ && !is_in_path_) clear(filters_);
  is_active_ = is_active;
}

void Isolator::reset_if_silent() {
  if (!is_in_path_) return;
  for (const Ramp& gain : gains_) {
    if (gain.target() != 1.0F) return;
  }
  for (Ramp& gain : gains_) gain.jump(1.0F);
  entry_.jump(0.0F);
  clear(filters_);
  is_in_path_ = false;
}

SEGUE_SIMD_CLONES void Isolator::run(Filters& filters, StereoBlock block, const Bands& bands) {
  constexpr Lanes kNumerator = {2.0, 2.0, -2.0, -2.0};  // low-pass | high-pass
  // A copy the compiler may keep in registers.
  Filters f = filters;
  for (int i = 0; i < block.frames; ++i) {
    const double left = block.left[i];
    const double right = block.right[i];
    Lanes x = {left, right, left, right};
    for (Section& s : f.lower) {
      const Lanes y = x + s.s1;
      s.s1 = (kNumerator * x + s.s2) - s.a1 * y;
      s.s2 = x - s.a2 * y;
      x = y;
    }
    Lanes low = x;
    for (Section& s : f.allpass) {
      const Lanes y = s.a2 * low + s.s1;
      s.s1 = s.a1 * (low - y) + s.s2;
      s.s2 = low - s.a2 * y;
      low = y;
    }
    Lanes rest = {x[2], x[3], x[2], x[3]};
    for (Section& s : f.upper) {
      const Lanes y = rest + s.s1;
      s.s1 = (kNumerator * rest + s.s2) - s.a1 * y;
      s.s2 = rest - s.a2 * y;
      rest = y;
    }
    if (!bands.is_heard) continue;
    const double low_gain = bands.low[i] * bands.scale[kLow];
    const double mid_gain = bands.mid[i] * bands.scale[kMid];
    const double high_gain = bands.high[i] * bands.scale[kHigh];
    const double entry = bands.entry[i];
    const double wet_left = low[0] * low_gain + (rest[0] * mid_gain + rest[2] * high_gain);
    const double wet_right = low[1] * low_gain + (rest[1] * mid_gain + rest[3] * high_gain);
    block.left[i] = static_cast<float>(left + (wet_left - left) * entry);
    block.right[i] = static_cast<float>(right + (wet_right - right) * entry);
  }
  filters = f;
}

void Isolator::process(StereoBlock block) {
  if (!is_active_ && !is_in_path_) return;
  Bands bands;
  bands.scale = scale_;
  bands.is_heard = is_in_path_;
  for (int from = 0; from < block.frames; from += kChunkFrames) {
    const StereoBlock chunk = block.slice(from, std::min(kChunkFrames, block.frames - from));
    if (is_in_path_) {
      gains_[kLow].fill(bands.low, chunk.frames);
      gains_[kMid].fill(bands.mid, chunk.frames);
      gains_[kHigh].fill(bands.high, chunk.frames);
      entry_.fill(bands.entry, chunk.frames);
    }
    run(filters_, chunk, bands);
  }
}

}  // namespace segue::dsp
