// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/analysis/rhythm/drum_machine.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "engine/analysis/rhythm_analyser.h"
#include "engine/analysis/spectrum.h"

namespace segue::test {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;

void feed(analysis::RhythmAnalyser& analyser, analysis::Spectrum& spectrum, const DrumMachine& music, std::size_t block) {
  std::span<const float> rest = music.samples();
  while (!rest.empty()) {
    const auto part = rest.first(std::min(block, rest.size()));
    spectrum.push(part, [&](const analysis::SpectrumFrame& frame) { analyser.push(frame); });
    analyser.push(part);
    rest = rest.subspan(part.size());
  }
  spectrum.finish([&](const analysis::SpectrumFrame& frame) { analyser.push(frame); });
}

}  // namespace

DrumMachine::DrumMachine(int sample_rate_hz, double seconds)
    : sample_rate_hz_(sample_rate_hz), samples_(static_cast<std::size_t>(std::lround(seconds * sample_rate_hz)), 0.0F) {}

double DrumMachine::random() {
  seed_ = seed_ * 1664525U + 1013904223U;
  return static_cast<double>(seed_ >> 8U) / 8388608.0 - 1;
}

void DrumMachine::add(double at_s, double length_s, const std::function<double(double)>& wave) {
  const auto from = static_cast<long long>(std::ceil(at_s * sample_rate_hz_));
  const auto to = static_cast<long long>((at_s + length_s) * sample_rate_hz_);
  for (long long i = std::max(0LL, from); i < std::min(to, static_cast<long long>(samples_.size())); ++i) {
    samples_[static_cast<std::size_t>(i)] += static_cast<float>(wave(static_cast<double>(i) / sample_rate_hz_ - at_s));
  }
}

void DrumMachine::kick(double at_s, double gain) {
  add(at_s, 0.25, [&](double t) {
    return gain * std::exp(-t / 0.07) * std::sin(kTurn * (50 * t + 3.0 * (1 - std::exp(-t / 0.02))));
  });
}

void DrumMachine::snare(double at_s, double gain) {
  add(at_s, 0.2, [&](double t) {
    return gain * (0.5 * std::exp(-t / 0.05) * std::sin(kTurn * 190 * t) + 0.5 * std::exp(-t / 0.06) * random());
  });
}

void DrumMachine::hat(double at_s, double gain) {
  double last = 0;
  add(at_s, 0.06, [&](double t) {
    const double now = random();
    const double high = now - last;
    last = now;
    return gain * std::exp(-t / 0.015) * high;
  });
}

void DrumMachine::bass(double at_s, double length_s, double hz, double gain) {
  add(at_s, length_s, [&](double t) {
    double sum = 0;
    for (int k = 1; k <= 6; ++k) sum += std::sin(kTurn * hz * k * t) / k;
    return gain * sum * std::min({1.0, t / 0.01, (length_s - t) / 0.02});
  });
}

void DrumMachine::noise(double gain) {
  for (float& sample : samples_) sample += static_cast<float>(gain * random());
}

void DrumMachine::offset(double level) {
  for (float& sample : samples_) sample += static_cast<float>(level);
}

model::Rhythm rhythm_of(const DrumMachine& music, const model::TempoHint& hint, std::size_t block) {
  analysis::Spectrum spectrum(music.sample_rate_hz());
  analysis::RhythmAnalyser analyser(music.sample_rate_hz(), spectrum.frames_per_s(), hint);
  feed(analyser, spectrum, music, block);
  return analyser.finish();
}

std::vector<double> onsets_of(const DrumMachine& music) {
  analysis::Spectrum spectrum(music.sample_rate_hz());
  analysis::RhythmAnalyser analyser(music.sample_rate_hz(), spectrum.frames_per_s(), {});
  feed(analyser, spectrum, music, 4096);
  analyser.finish();
  return analyser.onsets_s();
}

BeatError beat_error(const model::Rhythm& rhythm, double first_s, double period_s) {
  std::vector<double> off_ms;
  for (const double beat : rhythm.beats_s) {
    const double number = std::round((beat - first_s) / period_s);
    off_ms.push_back(1000 * (beat - first_s - number * period_s));
  }
  if (off_ms.empty()) return {1e9, 1e9};
  BeatError error;
  for (const double off : off_ms) error.max_ms = std::max(error.max_ms, std::abs(off));
  std::nth_element(off_ms.begin(), off_ms.begin() + static_cast<std::ptrdiff_t>(off_ms.size() / 2), off_ms.end());
  error.median_ms = off_ms[off_ms.size() / 2];
  return error;
}

}  // namespace segue::test
