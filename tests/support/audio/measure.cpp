// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/audio/measure.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <utility>

namespace segue::test {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

// Four-term Blackman-Harris (Harris 1978, −92 dB side lobes), scaled to a mean of 1.
double window(std::size_t i, std::size_t size) {
  const double x = kTwoPi * static_cast<double>(i) / static_cast<double>(size);
  return (0.35875 - 0.48829 * std::cos(x) + 0.14128 * std::cos(2 * x) - 0.01168 * std::cos(3 * x)) / 0.35875;
}

// Solves the symmetric system of at most four unknowns in place, by elimination with pivoting.
template <std::size_t N>
std::array<double, N> solve(std::array<std::array<double, N + 1>, N> m) {
  for (std::size_t column = 0; column < N; ++column) {
    std::size_t best = column;
    for (std::size_t row = column + 1; row < N; ++row) {
      if (std::abs(m[row][column]) > std::abs(m[best][column])) best = row;
    }
    std::swap(m[column], m[best]);
    if (m[column][column] == 0) continue;
    for (std::size_t row = 0; row < N; ++row) {
      if (row == column) continue;
      const double factor = m[row][column] / m[column][column];
      for (std::size_t k = column; k <= N; ++k) m[row][k] -= factor * m[column][k];
    }
  }
  std::array<double, N> result{};
  for (std::size_t row = 0; row < N; ++row) result[row] = m[row][row] == 0 ? 0 : m[row][N] / m[row][row];
  return result;
}

struct Fit {
  double cosine = 0;
  double sine = 0;
  double offset = 0;
  double slope = 0;  // how much the angular frequency is off, in radians per frame
};

// One step of Gauss and Newton: the sine's parts at `omega`, and which way the frequency is off.
Fit fit_at(std::span<const float> signal, double omega, const Fit& before) {
  std::array<std::array<double, 5>, 4> normal{};
  const double middle = 0.5 * static_cast<double>(signal.size() - 1);
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const double t = static_cast<double>(i) - middle;
    const double c = std::cos(omega * t);
    const double s = std::sin(omega * t);
    const std::array<double, 5> row = {c, s, 1.0, t * (before.sine * c - before.cosine * s),
                                       static_cast<double>(signal[i])};
    for (std::size_t a = 0; a < 4; ++a) {
      for (std::size_t b = 0; b < 5; ++b) normal[a][b] += row[a] * row[b];
    }
  }
  const auto found = solve<4>(normal);
  return {found[0], found[1], found[2], found[3]};
}

void transform(std::vector<std::complex<double>>& values) {
  const std::size_t size = values.size();
  for (std::size_t i = 1, j = 0; i < size; ++i) {
    std::size_t bit = size >> 1U;
    for (; (j & bit) != 0; bit >>= 1U) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(values[i], values[j]);
  }
  for (std::size_t half = 1; half < size; half *= 2) {
    for (std::size_t k = 0; k < half; ++k) {
      const auto turn = std::polar(1.0, -std::numbers::pi * static_cast<double>(k) / static_cast<double>(half));
      for (std::size_t i = k; i < size; i += 2 * half) {
        const auto odd = turn * values[i + half];
        values[i + half] = values[i] - odd;
        values[i] += odd;
      }
    }
  }
}

}  // namespace

double to_db(double amplitude) { return amplitude <= 1e-20 ? -400 : 20 * std::log10(amplitude); }

double rms(std::span<const float> signal) {
  double sum = 0;
  for (const float value : signal) sum += static_cast<double>(value) * static_cast<double>(value);
  return signal.empty() ? 0 : std::sqrt(sum / static_cast<double>(signal.size()));
}

double peak(std::span<const float> signal) {
  double largest = 0;
  for (const float value : signal) largest = std::max(largest, std::abs(static_cast<double>(value)));
  return largest;
}

double SineFit::thd_n_db() const { return to_db(residual_rms) - to_db(amplitude / std::numbers::sqrt2); }

SineFit fit_sine(std::span<const float> signal, double hz, double rate_hz) {
  constexpr int kSteps = 6;  // converges quadratically; the last ones change nothing
  if (signal.size() < 8) return {};
  double omega = kTwoPi * hz / rate_hz;
  Fit fit;
  for (int step = 0; step < kSteps; ++step) {
    fit = fit_at(signal, omega, fit);
    omega += fit.slope;
  }
  const double middle = 0.5 * static_cast<double>(signal.size() - 1);
  double sum = 0;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const double angle = omega * (static_cast<double>(i) - middle);
    const double rest =
        static_cast<double>(signal[i]) - fit.cosine * std::cos(angle) - fit.sine * std::sin(angle) - fit.offset;
    sum += rest * rest;
  }
  return {.hz = omega * rate_hz / kTwoPi,
          .amplitude = std::hypot(fit.cosine, fit.sine),
          .phase = std::remainder(std::atan2(fit.cosine, fit.sine) - omega * middle, kTwoPi),
          .residual_rms = std::sqrt(sum / static_cast<double>(signal.size()))};
}

double amplitude_at(std::span<const float> signal, double hz, double rate_hz) {
  std::complex<double> sum = 0;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const double angle = -kTwoPi * hz * static_cast<double>(i) / rate_hz;
    sum += static_cast<double>(signal[i]) * window(i, signal.size()) * std::polar(1.0, angle);
  }
  return signal.empty() ? 0 : 2 * std::abs(sum) / static_cast<double>(signal.size());
}

Spectrum::Line Spectrum::loudest(double from_hz, double to_hz) const {
  Line line;
  for (std::size_t i = 0; i < amplitudes.size(); ++i) {
    const double hz = static_cast<double>(i) * bin_hz;
    if (hz >= from_hz && hz <= to_hz && amplitudes[i] > line.amplitude) line = {hz, amplitudes[i]};
  }
  return line;
}

Spectrum spectrum_of(std::span<const float> signal, double rate_hz) {
  const std::size_t size = std::bit_floor(signal.size());
  if (size < 2) return {};
  std::vector<std::complex<double>> values(size);
  for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<double>(signal[i]) * window(i, size);
  transform(values);
  Spectrum spectrum;
  spectrum.bin_hz = rate_hz / static_cast<double>(size);
  for (std::size_t i = 0; i < size / 2; ++i) {
    spectrum.amplitudes.push_back((i == 0 ? 1.0 : 2.0) * std::abs(values[i]) / static_cast<double>(size));
  }
  return spectrum;
}

}  // namespace segue::test
