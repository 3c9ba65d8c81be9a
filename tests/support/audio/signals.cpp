// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/audio/signals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace segue::test {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

// 0 before 0 s, 1 after `length_s`, a raised cosine between.
double rise(double at_s, double length_s) {
  const double part = std::clamp(at_s / length_s, 0.0, 1.0);
  return 0.5 - 0.5 * std::cos(std::numbers::pi * part);
}

// A note that lasts `length_s` and neither starts nor ends abruptly.
double envelope(double at_s, double length_s, double attack_s, double release_s) {
  return rise(at_s, attack_s) * rise(length_s - at_s, release_s);
}

double kick(double at_s) {
  // The pitch falls from 190 to 50 Hz; the integral of the frequency is the phase.
  const double phase = kTwoPi * (50 * at_s + 140 * 0.03 * (1 - std::exp(-at_s / 0.03)));
  return envelope(at_s, 0.3, 0.001, 0.05) * std::exp(-at_s / 0.12) * std::sin(phase);
}

double bass(double at_s, double hz) {
  double sum = 0;
  for (int harmonic = 1; harmonic <= 6; ++harmonic) sum += std::sin(kTwoPi * hz * harmonic * at_s) / harmonic;
  return sum / 2.5;
}

// A minor and F major, two bars each, as frequencies of three voices.
constexpr std::array<std::array<double, 3>, 2> kChords = {{{220.0, 261.63, 329.63}, {174.61, 220.0, 261.63}}};

}  // namespace

StereoAudio StereoAudio::cut(Frames from, Frames to) const {
  StereoAudio part;
  part.left.assign(left.begin() + from, left.begin() + to);
  part.right.assign(right.begin() + from, right.begin() + to);
  return part;
}

std::uint64_t Random::bits() {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31U);
}

double Random::unit() { return static_cast<double>(bits() >> 11U) * 0x1p-53; }

std::vector<float> silence(Frames frames) { return std::vector<float>(static_cast<std::size_t>(frames), 0.0F); }

std::vector<float> sine(Frames frames, double hz, double rate_hz, double amplitude, double phase) {
  std::vector<float> signal(static_cast<std::size_t>(frames));
  for (std::size_t i = 0; i < signal.size(); ++i) {
    signal[i] = static_cast<float>(amplitude * std::sin(kTwoPi * hz * static_cast<double>(i) / rate_hz + phase));
  }
  return signal;
}

std::vector<float> impulse(Frames frames, Frames at, float amplitude) {
  std::vector<float> signal = silence(frames);
  signal[static_cast<std::size_t>(at)] = amplitude;
  return signal;
}

std::vector<float> noise(Frames frames, double amplitude, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> signal(static_cast<std::size_t>(frames));
  for (float& value : signal) value = static_cast<float>(random.between(-amplitude, amplitude));
  return signal;
}

std::vector<float> chirp(Frames frames, double from_hz, double to_hz, double rate_hz, double amplitude) {
  std::vector<float> signal(static_cast<std::size_t>(frames));
  const double length_s = static_cast<double>(frames) / rate_hz;
  const double growth = std::log(to_hz / from_hz) / length_s;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const double at_s = static_cast<double>(i) / rate_hz;
    signal[i] = static_cast<float>(amplitude * std::sin(kTwoPi * from_hz * std::expm1(growth * at_s) / growth));
  }
  return signal;
}

std::vector<float> integer_noise(Frames frames, int bits, double amplitude, std::uint64_t seed) {
  const double full_scale = std::ldexp(1.0, bits - 1);
  std::vector<float> signal = noise(frames, amplitude, seed);
  for (float& value : signal)
    value = static_cast<float>(std::round(static_cast<double>(value) * full_scale) / full_scale);
  return signal;
}

StereoAudio music(Frames frames, const MusicOptions& options) {
  Random random(options.seed);
  StereoAudio out(frames);
  const double beat_s = 60 / options.bpm;
  for (std::size_t i = 0; i < out.left.size(); ++i) {
    const double at_s = static_cast<double>(i) / options.rate_hz;
    const double beat = std::floor(at_s / beat_s);
    const double in_beat_s = at_s - beat * beat_s;
    const double half_s = beat_s / 2;
    const double bar_s = 8 * beat_s;
    const auto& chord = kChords[static_cast<std::size_t>(std::fmod(at_s / bar_s, 2.0))];
    const double in_bar_s = std::fmod(at_s, bar_s);

    const double low =
        0.45 * kick(in_beat_s) + 0.2 * bass(at_s, chord[0] / 4) * envelope(in_beat_s - half_s, half_s, 0.01, 0.03);
    const double swell = envelope(in_bar_s, bar_s, 0.2, 0.2);
    const double fizz =
        options.has_hats ? 0.1 * random.between(-1, 1) * envelope(in_beat_s - half_s, 0.06, 0.0005, 0.05) : 0.0;
    double left = 0;
    double right = 0;
    for (std::size_t voice = 0; voice < chord.size(); ++voice) {
      left += std::sin(kTwoPi * chord[voice] * at_s);
      right += std::sin(kTwoPi * chord[voice] * at_s + 0.7 * static_cast<double>(voice));
    }
    out.left[i] = static_cast<float>(options.amplitude * (low + fizz + swell * left * 0.07));
    out.right[i] = static_cast<float>(options.amplitude * (low - fizz + swell * right * 0.07));
  }
  return out;
}

}  // namespace segue::test
