// SPDX-License-Identifier: GPL-3.0-or-later
//
// All gains here are reductions, 1 - gain: "no reduction" is then exactly 0 through every stage, whatever the
// rounding, and the audio is multiplied by exactly 1.
//
// A peak between frames c and c + 1 is known kAfter frames later and asks for a reduction r. It is held for
// hold_frames_ and smoothed by a kernel of smooth_frames_ whose sum is 1, so once the kernel lies within the hold the
// smoothed reduction is at least r. The audio is delayed such that frames c - kMargin to c + 1 + kMargin are inside:
//   latency = kAfter + smooth_frames - 1 + kMargin,   hold = smooth_frames + 1 + 2 kMargin.
// The release acts between hold and smoothing; it only ever makes reductions larger.
#include "engine/dsp/limiter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/dsp/simd.h"

namespace segue::dsp {
namespace {

// Length of the attack. Shorter is more audible, longer delays more.
constexpr double kSmoothSeconds = 0.0015;
// Frames around a peak that get its full reduction, for the slope of the gain within the detector's reach.
constexpr int kMargin = 2;
// A reduction rests until the next half wave of a tone of 42 Hz or more, so that the gain follows no wave (without, a
// bass 6 dB too loud had 1 % of distortion). A half wave counts as as high as the last although its samples lie a
// little differently.
constexpr double kRestSeconds = 0.012;
constexpr float kSamePeak = 0.98F;
// Then it is released in 60 ms, towards what the last 300 ms asked for on average: a single peak is soon over, and
// dense material keeps a steady gain instead of pumping.
constexpr double kFastSeconds = 0.06;
constexpr double kSlowSeconds = 0.3;
// Reductions below this (0.00001 dB) end.
constexpr float kReductionMin = 1e-6F;

// out[i] = Σ kernel[k] · in[i + k] in the order of k; writes whole vectors, up to kFloats - 1 values beyond `frames`.
struct Convolve {
  float* out;
  const float* in;
  const float* kernel;
  int taps;
  int frames;

  template <typename Width>
  SEGUE_INLINE void run() const {
    // Four vectors share the loading of a tap.
    constexpr int kFour = 4 * simd::kFloats;
    int i = 0;
    for (; i + kFour <= frames; i += kFour) convolve<typename Width::Floats, 4>(i);
    for (; i < frames; i += simd::kFloats) convolve<typename Width::Floats, 1>(i);
  }

  template <typename Floats, int kVectors>
  SEGUE_INLINE void convolve(int i) const {
    Floats total[kVectors] = {};
    for (int k = 0; k < taps; ++k) {
      for (int v = 0; v < kVectors; ++v) {
        Floats x;
        simd::load(x, in + i + k + v * simd::kFloats);
        total[v] += x * kernel[k];
      }
    }
    for (int v = 0; v < kVectors; ++v) simd::store(out + i + v * simd::kFloats, total[v]);
  }
};

}  // namespace

TruePeakLimiter::TruePeakLimiter(int sample_rate_hz, double ceiling_dbtp)
    : ceiling_(static_cast<float>(std::pow(10.0, ceiling_dbtp / 20.0))),
      smooth_frames_(static_cast<int>(std::lround(kSmoothSeconds * sample_rate_hz))),
      hold_frames_(smooth_frames_ + 1 + 2 * kMargin),
      latency_(TruePeakFilter::kAfter + smooth_frames_ - 1 + kMargin),
      fast_keep_(static_cast<float>(std::exp(-1.0 / (kFastSeconds * sample_rate_hz)))),
      slow_take_(static_cast<float>(1.0 - std::exp(-1.0 / (kSlowSeconds * sample_rate_hz)))),
      rest_frames_(static_cast<int>(std::lround(kRestSeconds * sample_rate_hz))),
      idle_frames_max_(hold_frames_ + smooth_frames_ + kChunkFrames),
      idle_frames_(idle_frames_max_),
      kernel_(static_cast<std::size_t>(smooth_frames_)) {
  double sum = 0.0;
  const auto raised_cosine_at = [&](int k) {
    return 1.0 - std::cos(2.0 * std::numbers::pi * (k + 1) / (smooth_frames_ + 1));
  };
  for (int k = 0; k < smooth_frames_; ++k) sum += raised_cosine_at(k);
  for (int k = 0; k < smooth_frames_; ++k) {
    kernel_[static_cast<std::size_t>(k)] = static_cast<float>(raised_cosine_at(k) / sum);
  }
  for (auto& channel : audio_) {
    channel.resize(static_cast<std::size_t>(std::max(latency_, TruePeakFilter::kTaps) + kChunkFrames));
  }
  demanded_.resize(static_cast<std::size_t>(hold_frames_ - 1 + kChunkFrames));
  released_.resize(static_cast<std::size_t>(smooth_frames_ - 1 + kChunkFrames + simd::kFloats));
  scratch_.resize(demanded_.size());
}

void TruePeakLimiter::process(StereoBlock block) {
  gain_ = 1.0F;
  detected_peak_ = 0.0F;
  for (int from = 0; from < block.frames; from += kChunkFrames) {
    process_chunk(block.slice(from, std::min(kChunkFrames, block.frames - from)));
  }
}

void TruePeakLimiter::process_chunk(StereoBlock chunk) {
  const int frames = chunk.frames;
  const auto history = static_cast<std::ptrdiff_t>(audio_[0].size()) - kChunkFrames;
  std::copy_n(chunk.left, frames, audio_[0].begin() + history);
  std::copy_n(chunk.right, frames, audio_[1].begin() + history);

  const bool is_demanded = demand(frames);
  idle_frames_ = is_demanded || fast_ > 0.0F ? 0 : idle_frames_ + frames;
  const bool is_reducing = idle_frames_ < idle_frames_max_;
  if (is_reducing) {
    hold(frames);
    release(frames);
    smooth(frames);
  } else {
    idle_frames_ = idle_frames_max_;
  }

  float* const outs[2] = {chunk.left, chunk.right};
  for (std::size_t c = 0; c < 2; ++c) {
    auto& audio = audio_[c];
    const float* delayed = audio.data() + history - latency_;
    if (is_reducing) {
      for (int i = 0; i < frames; ++i) outs[c][i] = delayed[i] * (1.0F - reduction_[static_cast<std::size_t>(i)]);
    } else {
      std::copy_n(delayed, frames, outs[c]);
    }
    std::copy(audio.begin() + frames, audio.begin() + frames + history, audio.begin());
  }
  if (is_reducing) {
    gain_ = std::min(gain_, 1.0F - *std::max_element(reduction_.begin(), reduction_.begin() + frames));
  }
}

bool TruePeakLimiter::demand(int frames) {
  float peaks[kChunkFrames] = {};
  const std::size_t history = audio_[0].size() - kChunkFrames;
  for (const auto& channel : audio_) {
    filter_.raise_coarsely(peaks, channel.data() + history - TruePeakFilter::kAfter, frames);
  }
  const float highest_possible = *std::max_element(peaks, peaks + frames) * TruePeakFilter::kCoarseMiss;
  if (highest_possible > std::min(ceiling_, peak_of_interest_)) {
    for (const auto& channel : audio_) {
      filter_.raise(peaks, channel.data() + history - TruePeakFilter::kAfter, frames);
    }
  }
  detected_peak_ = std::max(detected_peak_, *std::max_element(peaks, peaks + frames));
  float* now = demanded_.data() + hold_frames_ - 1;
  bool is_demanded = false;
  for (int i = 0; i < frames; ++i) {
    const float over = 1.0F - ceiling_ / peaks[i];
    now[i] = over > 0.0F ? over : 0.0F;
    is_demanded |= now[i] > 0.0F;
  }
  return is_demanded;
}

void TruePeakLimiter::hold(int frames) {
  // A running maximum over hold_frames_ by doubling: over 1, 2, 4, … frames, then two that overlap.
  const int count = hold_frames_ - 1 + frames;
  std::copy_n(demanded_.begin(), count, scratch_.begin());
  int span = 1;
  float* s = scratch_.data();
  for (; span * 2 <= hold_frames_; span *= 2) {
    for (int i = 0; i + span < count; ++i) s[i] = std::max(s[i], s[i + span]);
  }
  const int shift = hold_frames_ - span;
  for (int i = 0; i < frames; ++i) reduction_[static_cast<std::size_t>(i)] = std::max(s[i], s[i + shift]);
  std::copy_n(demanded_.begin() + frames, hold_frames_ - 1, demanded_.begin());
}

void TruePeakLimiter::release(int frames) {
  float* now = released_.data() + smooth_frames_ - 1;
  float fast = fast_;
  float slow = slow_;
  int rest = rest_;
  for (int i = 0; i < frames; ++i) {
    const float held = reduction_[static_cast<std::size_t>(i)];
    fast = std::max(held, fast);
    if (held >= fast * kSamePeak) {
      rest = rest_frames_;
    } else if (rest > 0) {
      --rest;
    } else {
      fast = std::max(held, slow + (fast - slow) * fast_keep_);
    }
    slow += (held - slow) * slow_take_;
    if (fast < kReductionMin) fast = slow = 0.0F;
    now[i] = fast;
  }
  fast_ = fast;
  slow_ = slow;
  rest_ = rest;
}

void TruePeakLimiter::smooth(int frames) {
  simd::run(Convolve{.out = reduction_.data(),
                     .in = released_.data(),
                     .kernel = kernel_.data(),
                     .taps = smooth_frames_,
                     .frames = frames});
  std::copy_n(released_.begin() + frames, smooth_frames_ - 1, released_.begin());
}

}  // namespace segue::dsp
