// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/tempo_classes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "engine/dsp/fft.h"

namespace segue::analysis {
namespace {

constexpr double kWindowSeconds = 22;  // long enough to tell 120 from 122, short enough for a tempo that moves
constexpr int kZeroPadding = 4;
constexpr double kStep = 1.0015;   // between the classes looked at
constexpr std::size_t kClassesMax = 4;
constexpr double kStrengthMin = 0.35;  // of the strongest
constexpr double kApart = 0.025;       // two classes closer than this are one
constexpr double kRelated = 0.012;     // a class this close to a ratio is a relative

// Mean magnitude spectrum of the pulse curve over windows that overlap by half.
struct PulseSpectrum {
  std::vector<double> magnitude;
  double bin_hz = 1;

  double at(double hz) const {
    const double place = hz / bin_hz;
    const auto bin = static_cast<std::size_t>(place);
    if (bin + 1 >= magnitude.size()) return 0;
    const double part = place - static_cast<double>(bin);
    return magnitude[bin] * (1 - part) + magnitude[bin + 1] * part;
  }
};

PulseSpectrum spectrum_of(const std::vector<float>& pulse, double frames_per_s) {
  std::size_t window = 256;
  while (static_cast<double>(window) < kWindowSeconds * frames_per_s * 0.75) window *= 2;
  dsp::RealFft fft(static_cast<int>(window) * kZeroPadding);
  const std::size_t used = std::min(window, pulse.size());
  std::vector<float> power(static_cast<std::size_t>(fft.bins()));
  PulseSpectrum spectrum;
  spectrum.magnitude.assign(power.size(), 0.0);
  spectrum.bin_hz = frames_per_s / fft.size();
  const std::size_t step = std::max<std::size_t>(1, window / 2);
  for (std::size_t from = 0; from == 0 || from + window <= pulse.size() + step / 2; from += step) {
    const std::size_t start = std::min(from, pulse.size() - used);
    std::fill_n(fft.input(), fft.size(), 0.0F);
    for (std::size_t i = 0; i < used; ++i) {
      const double phase = 2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(used);
      fft.input()[i] = pulse[start + i] * static_cast<float>(0.5 - 0.5 * std::cos(phase));
    }
    fft.power(power.data());
    for (std::size_t i = 0; i < power.size(); ++i) spectrum.magnitude[i] += std::sqrt(static_cast<double>(power[i]));
  }
  return spectrum;
}

// How much a pulse tells of its class: most near 3 a second, little where phrases and timbre live.
double weight_of(double hz) {
  const double octaves = std::log2(hz / 3.0);
  return std::exp(-0.5 * octaves * octaves / (1.1 * 1.1));
}

double class_strength(const PulseSpectrum& spectrum, double hz) {
  double sum = 0;
  for (double member = hz / 2; member < 16; member *= 2) sum += weight_of(member) * spectrum.at(member);
  return sum;
}

double octave_of(double hz) {
  while (hz < kTempoClassHz) hz *= 2;
  while (hz >= 2 * kTempoClassHz) hz /= 2;
  return hz;
}

bool is_near(double a, double b, double share = kApart) {
  const double octaves = std::abs(std::log2(a / b));
  return std::min(octaves, std::abs(1 - octaves)) < std::log2(1 + share);
}

void add(std::vector<TempoClass>& classes, const TempoClass& one) {
  for (const TempoClass& other : classes) {
    if (is_near(other.hz, one.hz)) return;
  }
  classes.push_back(one);
}

// A relative is where the ratio puts it; its strength that of the best place within 1 % of there.
TempoClass relative_of(const PulseSpectrum& spectrum, const TempoClass& first, double ratio) {
  TempoClass relative{octave_of(first.hz * ratio), 0, 0};
  relative.of_first = relative.hz / first.hz;
  for (double near = 0.99; near <= 1.01; near *= kStep) {
    relative.strength = std::max(relative.strength, class_strength(spectrum, relative.hz * near));
  }
  return relative;
}

}  // namespace

std::vector<TempoClass> tempo_classes(const std::vector<float>& pulse, double frames_per_s) {
  if (pulse.size() < 64) return {};
  const PulseSpectrum spectrum = spectrum_of(pulse, frames_per_s);
  std::vector<TempoClass> all;
  for (double hz = kTempoClassHz; hz < 2 * kTempoClassHz; hz *= kStep) all.push_back({hz, class_strength(spectrum, hz)});
  const std::size_t count = all.size();
  std::vector<TempoClass> peaks;
  for (std::size_t i = 0; i < count; ++i) {
    // The ends meet: what is left of the lowest class is the highest.
    const double left = all[(i + count - 1) % count].strength;
    const double right = all[(i + 1) % count].strength;
    if (all[i].strength > 0 && all[i].strength >= left && all[i].strength > right) peaks.push_back(all[i]);
  }
  std::sort(peaks.begin(), peaks.end(), [](const TempoClass& a, const TempoClass& b) { return a.strength > b.strength; });
  if (peaks.empty()) return {};
  std::vector<TempoClass> classes;
  for (const TempoClass& peak : peaks) {
    if (classes.size() < kClassesMax && peak.strength >= kStrengthMin * peaks.front().strength) add(classes, peak);
  }
  for (const double ratio : {1.5, 1 / 1.5}) {
    const TempoClass relative = relative_of(spectrum, peaks.front(), ratio);
    std::erase_if(classes, [&](const TempoClass& one) { return is_near(one.hz, relative.hz, kRelated); });
    classes.push_back(relative);
  }
  for (TempoClass& one : classes) one.strength /= peaks.front().strength;
  return classes;
}

}  // namespace segue::analysis
