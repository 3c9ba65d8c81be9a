// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/audio/clicks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "tests/support/audio/measure.h"

namespace segue::test {
namespace {

constexpr int kOrder = 32;
constexpr std::ptrdiff_t kHop = 512;      // how often the predictor is fitted
constexpr std::ptrdiff_t kWindow = 2048;  // what it is fitted to, centred on the hop
constexpr std::ptrdiff_t kGuard = 8;      // a click's own residual, kept out of its neighbourhood
constexpr std::ptrdiff_t kAround = 240;   // 5 ms at 48 kHz
constexpr Frames kMerge = 64;

using Predictor = std::array<double, kOrder + 1>;

// The sum of products in four lanes, which the compiler can do at once (a single sum it may not reorder).
double dot(const double* a, const double* b, std::ptrdiff_t count) {
  std::array<double, 4> lanes{};
  std::ptrdiff_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::ptrdiff_t lane = 0; lane < 4; ++lane) lanes[static_cast<std::size_t>(lane)] += a[i + lane] * b[i + lane];
  }
  double sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
  for (; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

// Autocorrelation and Levinson's recursion. A little white noise (−100 dB) keeps pure tones solvable.
Predictor fit_predictor(std::span<const double> part) {
  Predictor correlation{};
  for (std::size_t lag = 0; lag <= kOrder; ++lag) {
    const auto shift = static_cast<std::ptrdiff_t>(lag);
    correlation[lag] = dot(part.data() + shift, part.data(), std::ssize(part) - shift);
  }
  Predictor a{};
  a[0] = 1;
  double error = correlation[0] * (1 + 1e-10);
  for (std::size_t order = 1; order <= kOrder && error > 0; ++order) {
    double sum = 0;
    for (std::size_t i = 0; i < order; ++i) sum += a[i] * correlation[order - i];
    const double reflection = -sum / error;
    Predictor next = a;
    for (std::size_t i = 1; i <= order; ++i) next[i] = a[i] + reflection * a[order - i];
    a = next;
    error *= 1 - reflection * reflection;
  }
  return a;
}

std::vector<double> hann_window() {
  std::vector<double> weights(kWindow);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(kWindow));
  }
  return weights;
}

// What the predictor of each place does not foretell, as absolute values.
std::vector<float> residual_of(std::span<const float> signal) {
  const std::vector<double> weights = hann_window();
  // The signal with silence around it, so that windows and predictors may reach beyond its ends.
  std::vector<double> padded(static_cast<std::size_t>(kWindow + std::ssize(signal) + kWindow));
  std::copy(signal.begin(), signal.end(), padded.begin() + kWindow);
  std::vector<double> part(kWindow);
  std::vector<float> residual(signal.size());
  for (std::ptrdiff_t from = 0; from < std::ssize(signal); from += kHop) {
    const double* const start = padded.data() + kWindow + from + kHop / 2 - kWindow / 2;
    for (std::size_t i = 0; i < part.size(); ++i) part[i] = weights[i] * start[i];
    Predictor backwards = fit_predictor(part);
    std::reverse(backwards.begin(), backwards.end());
    for (std::ptrdiff_t at = from; at < std::min(from + kHop, std::ssize(signal)); ++at) {
      const double sum = dot(backwards.data(), padded.data() + kWindow + at - kOrder, kOrder + 1);
      residual[static_cast<std::size_t>(at)] = static_cast<float>(std::abs(sum));
    }
  }
  return residual;
}

std::span<const float> part_of(std::span<const float> values, std::ptrdiff_t from, std::ptrdiff_t to) {
  from = std::clamp<std::ptrdiff_t>(from, 0, std::ssize(values));
  to = std::clamp(to, from, std::ssize(values));
  return values.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
}

// Whether the median is above `level`; much cheaper than the median.
bool is_mostly_above(std::span<const float> values, float level) {
  int above = 0;
  for (const float value : values) above += value > level ? 1 : 0;
  return 2 * above > std::ssize(values);
}

double median(std::span<const float> values) {
  if (values.empty()) return 0;
  std::vector<float> part(values.begin(), values.end());
  const auto middle = part.begin() + std::ssize(part) / 2;
  std::nth_element(part.begin(), middle, part.end());
  return static_cast<double>(*middle);
}

}  // namespace

std::vector<Click> find_clicks(std::span<const float> signal, const ClickOptions& options) {
  const std::vector<float> residual = residual_of(signal);
  const double floor = std::pow(10.0, options.floor_db / 20);
  std::vector<Click> clicks;
  for (std::ptrdiff_t at = 0; at < std::ssize(residual); ++at) {
    const double level = static_cast<double>(residual[static_cast<std::size_t>(at)]);
    if (level < floor) continue;
    const auto before = part_of(residual, at - kAround, at - kGuard);
    const auto after = part_of(residual, at + kGuard, at + kAround);
    const auto explained = static_cast<float>(level / options.ratio);
    if (is_mostly_above(before, explained) || is_mostly_above(after, explained)) continue;
    const double around = std::max({median(before), median(after), 1e-9});
    if (level < options.ratio * around) continue;
    const Click click{.at = at, .level_db = to_db(level), .ratio = level / around};
    if (clicks.empty() || at - clicks.back().at >= kMerge) {
      clicks.push_back(click);
    } else if (click.level_db > clicks.back().level_db) {
      clicks.back().level_db = click.level_db;
      clicks.back().ratio = click.ratio;
    }
  }
  return clicks;
}

std::vector<Click> find_clicks(const StereoAudio& audio, const ClickOptions& options) {
  std::vector<Click> clicks = find_clicks(std::span<const float>(audio.left), options);
  const std::vector<Click> right = find_clicks(std::span<const float>(audio.right), options);
  clicks.insert(clicks.end(), right.begin(), right.end());
  std::stable_sort(clicks.begin(), clicks.end(), [](const Click& a, const Click& b) { return a.at < b.at; });
  return clicks;
}

std::string describe(const std::vector<Click>& clicks) {
  std::string text = std::to_string(clicks.size()) + " clicks";
  for (std::size_t i = 0; i < std::min<std::size_t>(clicks.size(), 12); ++i) {
    text += "\n  frame " + std::to_string(clicks[i].at) + ": " + std::to_string(clicks[i].level_db) + " dBFS, " +
            std::to_string(clicks[i].ratio) + " times its surroundings";
  }
  return text;
}

std::vector<Dropout> find_dropouts(std::span<const float> signal, Frames frames_min) {
  constexpr std::ptrdiff_t kLook = 480;  // 10 ms at 48 kHz
  constexpr double kLoud = 0.01;         // −40 dBFS
  std::vector<Dropout> dropouts;
  const std::ptrdiff_t size = std::ssize(signal);
  for (std::ptrdiff_t at = 0; at < size;) {
    std::ptrdiff_t end = at;
    while (end < size && signal[static_cast<std::size_t>(end)] == 0.0F) ++end;
    if (end - at >= frames_min && at >= kLook && end + kLook <= size) {
      const double before = rms(signal.subspan(static_cast<std::size_t>(at - kLook), kLook));
      const double after = rms(signal.subspan(static_cast<std::size_t>(end), kLook));
      if (before > kLoud && after > kLoud) dropouts.push_back({at, end - at});
    }
    at = end + 1;
  }
  return dropouts;
}

}  // namespace segue::test
