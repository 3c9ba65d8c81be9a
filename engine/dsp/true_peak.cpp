// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/true_peak.h"

#include <algorithm>
#include <cmath>

#include "engine/dsp/simd.h"
#include "engine/dsp/windowed_sinc.h"

namespace segue::dsp {
namespace {

// Flat to 0.42 of the sample rate; images 50 dB down cost 0.03 dB at most.
constexpr double kAttenuationDb = 50.0;
constexpr int kChunk = 64;
constexpr int kLanes = 8;

typedef int Int8 __attribute__((vector_size(32)));

SEGUE_INLINE void keep_higher(simd::Float8& highest, const simd::Float8& value) {
  const simd::Float8 negative = -value;
  const simd::Float8 magnitude = value > negative ? value : negative;
  highest = magnitude > highest ? magnitude : highest;
}

// Eight frames at a time; a frame's sum runs over the taps in order, so it does not depend on where eights begin.
SEGUE_SIMD_CLONES void raise_eights(float* peaks, const float* samples, const float* taps, int count) {
  constexpr int kTaps = TruePeakFilter::kTaps;
  for (int i = 0; i < count; i += kLanes) {
    const float* first = samples + i - TruePeakFilter::kBefore;
    simd::Float8 quarter = {};
    simd::Float8 half = {};
    simd::Float8 three_quarters = {};
    for (int k = 0; k < kTaps; ++k) {
      simd::Float8 x;
      simd::load(x, first + k);
      quarter += x * taps[k];
      half += x * taps[kTaps + k];
      three_quarters += x * taps[2 * kTaps + k];
    }
    simd::Float8 highest, sample;
    simd::load(highest, peaks + i);
    simd::load(sample, samples + i);
    keep_higher(highest, sample);
    keep_higher(highest, quarter);
    keep_higher(highest, half);
    keep_higher(highest, three_quarters);
    simd::store(peaks + i, highest);
  }
}

}  // namespace

TruePeakFilter::TruePeakFilter() {
  const KaiserWindow window(kAttenuationDb);
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    fill_kernel_row(taps_[phase].data(), {.taps = kTaps, .cutoff = 0.5}, window, static_cast<double>(phase + 1) / 4.0);
  }
}

void TruePeakFilter::raise(float* peaks, const float* samples, int count) const {
  const int whole = count - count % kLanes;
  raise_eights(peaks, samples, taps_[0].data(), whole);
  if (whole == count) return;
  // The last few, on a copy that has eight.
  const int rest = count - whole;
  float window[kTaps - 1 + kLanes] = {};
  float highest[kLanes] = {};
  std::copy_n(samples + whole - kBefore, kTaps - 1 + rest, window);
  std::copy_n(peaks + whole, rest, highest);
  raise_eights(highest, window + kBefore, taps_[0].data(), kLanes);
  std::copy_n(highest, rest, peaks + whole);
}

void TruePeakMeter::process(ConstStereoBlock block) {
  for (int from = 0; from < block.frames; from += kChunkFrames) {
    const int frames = std::min(kChunkFrames, block.frames - from);
    measure(0, block.left + from, frames);
    measure(1, block.right + from, frames);
  }
}

void TruePeakMeter::measure(int channel, const float* samples, int frames) {
  auto& window = window_[static_cast<std::size_t>(channel)];
  std::copy_n(samples, frames, window.begin() + kHistory);
  float peaks[kChunkFrames] = {};
  filter_.raise(peaks, window.data() + TruePeakFilter::kBefore, frames);
  float& peak = peak_[static_cast<std::size_t>(channel)];
  peak = std::max(peak, *std::max_element(peaks, peaks + frames));
  std::copy_n(window.begin() + frames, kHistory, window.begin());
}

void TruePeakMeter::reset() { peak_ = {}; }

}  // namespace segue::dsp
