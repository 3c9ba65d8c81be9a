// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/windowed_sinc.h"

#include <cmath>
#include <cstddef>
#include <numbers>

namespace segue::dsp {
namespace {

// Points of the window's table over [0, 1]; with cubic interpolation it is exact to 1e-12.
constexpr int kWindowPoints = 2048;

// Modified Bessel function of the first kind, order 0, by its series.
double bessel_i0(double x) {
  const double quarter = x * x / 4.0;
  double term = 1.0;
  double sum = 1.0;
  for (int n = 1; term > sum * 1e-17; ++n) {
    term *= quarter / (static_cast<double>(n) * n);
    sum += term;
  }
  return sum;
}

}  // namespace

KaiserWindow::KaiserWindow(double attenuation_db) : table_(kWindowPoints + 3) {
  const double beta = 0.1102 * (attenuation_db - 8.7);
  const double scale = 1.0 / bessel_i0(beta);
  // table_[i] is the window at (i - 1) / kWindowPoints. Past the edge the series continues as I0 of an imaginary
  // argument would; one repeated point is near enough for the last interval.
  for (int i = 0; i < kWindowPoints + 3; ++i) {
    const double u = static_cast<double>(i - 1) / kWindowPoints;
    const double inside = 1.0 - u * u;
    table_[static_cast<std::size_t>(i)] = inside > 0.0 ? scale * bessel_i0(beta * std::sqrt(inside)) : scale;
  }
}

double KaiserWindow::at(double u) const {
  const double scaled = std::fabs(u) * kWindowPoints;
  if (scaled > kWindowPoints) return 0.0;
  const auto segment = static_cast<std::size_t>(scaled);
  const double f = scaled - static_cast<double>(segment);
  const double* p = table_.data() + segment;  // p[1] is the point at or below u
  if (segment >= kWindowPoints) return p[1];
  return p[1] + 0.5 * f *
                    (p[2] - p[0] +
                     f * (2.0 * p[0] - 5.0 * p[1] + 4.0 * p[2] - p[3] + f * (3.0 * (p[1] - p[2]) + p[3] - p[0])));
}

double kaiser_transition(double attenuation_db, int taps) { return (attenuation_db - 7.95) / (14.36 * taps); }

void fill_kernel_row(float* row, const KernelShape& shape, const KaiserWindow& window, double fraction) {
  const int half = shape.taps / 2;
  const double turn = 2.0 * std::numbers::pi * shape.cutoff;  // radians a sample
  const bool nyquist = shape.cutoff == 0.5;
  // At cutoff 0.5 the sines of a row are ±sin(π·fraction): taking them from there makes the zeros exact.
  const double row_sine = nyquist ? std::sin(std::numbers::pi * fraction) : 0.0;
  std::vector<double> taps(static_cast<std::size_t>(shape.taps));
  double sum = 0.0;
  for (int k = 0; k < shape.taps; ++k) {
    const int sample = k - half + 1;
    const double t = sample - fraction;
    const double sine = nyquist ? (sample % 2 == 0 ? -row_sine : row_sine) : std::sin(turn * t);
    const double sinc = t == 0.0 ? 1.0 : sine / (turn * t);
    const double tap = sinc * window.at(t / half);
    taps[static_cast<std::size_t>(k)] = tap;
    sum += tap;
  }
  for (int k = 0; k < shape.taps; ++k) row[k] = static_cast<float>(taps[static_cast<std::size_t>(k)] / sum);
}

}  // namespace segue::dsp
