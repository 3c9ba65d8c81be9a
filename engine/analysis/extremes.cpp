// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/extremes.h"

#include <algorithm>

#include "engine/dsp/simd.h"

namespace segue::analysis {
namespace {

namespace simd = dsp::simd;

template <typename Vector>
SEGUE_INLINE void widen(Vector& low, Vector& high, const Vector& value) {
  low = value < low ? value : low;
  high = value > high ? value : high;
}
template <typename Half>
SEGUE_INLINE void widen(simd::Twice<Half>& low, simd::Twice<Half>& high, const simd::Twice<Half>& value) {
  widen(low.low, high.low, value.low);
  widen(low.high, high.high, value.high);
}

// Lane by lane, over whole vectors; there is at least one.
struct Widen {
  const float* samples;
  int vectors;
  float* lows;
  float* highs;

  template <typename Width>
  SEGUE_INLINE void run() const {
    typename Width::Floats low;
    typename Width::Floats high;
    simd::load(low, samples);
    simd::load(high, samples);
    for (int i = 1; i < vectors; ++i) {
      typename Width::Floats value;
      simd::load(value, samples + i * simd::kFloats);
      widen(low, high, value);
    }
    simd::store(lows, low);
    simd::store(highs, high);
  }
};

}  // namespace

Extremes extremes_of(const float* samples, int count) {
  Extremes extremes{.low = samples[0], .high = samples[0]};
  const int whole = count - count % simd::kFloats;
  if (whole > 0) {
    float lows[simd::kFloats];
    float highs[simd::kFloats];
    simd::run(Widen{.samples = samples, .vectors = whole / simd::kFloats, .lows = lows, .highs = highs});
    extremes.low = *std::min_element(lows, lows + simd::kFloats);
    extremes.high = *std::max_element(highs, highs + simd::kFloats);
  }
  for (int i = whole; i < count; ++i) {
    extremes.low = std::min(extremes.low, samples[i]);
    extremes.high = std::max(extremes.high, samples[i]);
  }
  return extremes;
}

}  // namespace segue::analysis
