// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "engine/base/units.h"
#include "engine/rt/realtime.h"

namespace segue::dsp {

namespace detail {

// Segments of the table below: linear interpolation between them is within 6e-7 (-124 dB) of the curve.
inline constexpr int kRaisedCosineSegments = 1024;

// cos(x) for x in [0, π/2], by its series; at compile time, so every platform has the same table.
constexpr double cosine_series(double x) {
  double term = 1.0;
  double sum = 1.0;
  for (int n = 1; n <= 14; ++n) {
    term *= -x * x / ((2.0 * n - 1.0) * (2.0 * n));
    sum += term;
  }
  return sum;
}

// 0.5 - 0.5 cos(πt) for t in steps of 1/kRaisedCosineSegments, and one more so that t = 1 may read beyond.
constexpr std::array<float, kRaisedCosineSegments + 2> make_raised_cosine() {
  constexpr double kPi = 3.14159265358979323846;
  std::array<float, kRaisedCosineSegments + 2> table{};
  for (int i = 0; i <= kRaisedCosineSegments; ++i) {
    const double angle = kPi * i / kRaisedCosineSegments;
    const double cosine = angle <= kPi / 2 ? cosine_series(angle) : -cosine_series(kPi - angle);
    table[static_cast<std::size_t>(i)] = static_cast<float>(0.5 - 0.5 * cosine);
  }
  table[0] = 0.0F;
  table[kRaisedCosineSegments] = 1.0F;
  table[kRaisedCosineSegments + 1] = 1.0F;
  return table;
}

inline constexpr auto kRaisedCosine = make_raised_cosine();

}  // namespace detail

// Half a cosine from exactly 0 at t <= 0 to exactly 1 at t >= 1, with no slope at the ends. Realtime-safe.
SEGUE_RT inline float raised_cosine(float t) {
  if (t <= 0.0F) return 0.0F;
  if (t >= 1.0F) return 1.0F;
  const float scaled = t * static_cast<float>(detail::kRaisedCosineSegments);
  const int segment = static_cast<int>(scaled);
  const float low = detail::kRaisedCosine[static_cast<std::size_t>(segment)];
  const float high = detail::kRaisedCosine[static_cast<std::size_t>(segment) + 1];
  return low + (high - low) * (scaled - static_cast<float>(segment));
}

// The gain at frame `i` of a fade of `length` frames: 0 at frame 0 and before, 1 at frame `length` and after.
// Fades are equal-gain: fade_in + fade_out is 1, so a cross-fade of a signal with itself changes nothing.
SEGUE_RT inline float fade_in(Frames i, Frames length) {
  if (length <= 0) return i < 0 ? 0.0F : 1.0F;
  return raised_cosine(static_cast<float>(i) / static_cast<float>(length));
}
SEGUE_RT inline float fade_out(Frames i, Frames length) { return 1.0F - fade_in(i, length); }

}  // namespace segue::dsp
