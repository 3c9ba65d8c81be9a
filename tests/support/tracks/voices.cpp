// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tracks/voices.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace segue::test {
namespace {

constexpr double kTau = 2.0 * std::numbers::pi;
constexpr double kReleaseMs = 5.0;  // brings what has not decayed to 0 at the end

// Raised-cosine attack, exponential decay, release at the end.
double envelope(double t, double seconds, double decay_s) {
  const double attack_s = kAttackMs / 1000.0;
  const double release_s = kReleaseMs / 1000.0;
  double level = std::exp(-t / decay_s);
  if (t < attack_s) level *= 0.5 - 0.5 * std::cos(std::numbers::pi * t / attack_s);
  if (t > seconds - release_s) level *= std::max(0.0, (seconds - t) / release_s);
  return level;
}

// Fills a voice with sound(t), panned by amplitude: −1 left, 1 right.
template <typename Sound>
StereoAudio struck(int sample_rate_hz, double seconds, double pan, Sound sound) {
  StereoAudio voice(static_cast<Frames>(std::ceil(seconds * sample_rate_hz)));
  for (std::size_t frame = 0; frame < voice.left.size(); ++frame) {
    // The frame after silence already sounds: an onset is where it is said to be.
    const double value = sound((static_cast<double>(frame) + 1.0) / sample_rate_hz);
    voice.left[frame] = static_cast<float>(value * std::min(1.0, 1.0 - pan));
    voice.right[frame] = static_cast<float>(value * std::min(1.0, 1.0 + pan));
  }
  return voice;
}

// Partials 1 … count with amplitudes 1/n, those above 18 kHz left out.
double tone(double frequency_hz, double t, int count) {
  double sum = 0.0;
  for (int partial = 1; partial <= count && frequency_hz * partial < 18'000.0; ++partial) {
    sum += std::sin(kTau * frequency_hz * partial * t) / partial;
  }
  return sum;
}

}  // namespace

StereoAudio make_kick(int sample_rate_hz) {
  constexpr double kSeconds = 0.28;
  return struck(sample_rate_hz, kSeconds, 0.0, [](double t) {
    // 48 Hz at rest, 190 Hz at the stroke; the phase is the integral of 48 + 142·e^(−t/25 ms).
    const double phase = kTau * (48.0 * t + 142.0 * 0.025 * (1.0 - std::exp(-t / 0.025)));
    const double click = 0.35 * std::sin(kTau * 2'400.0 * t) * std::exp(-t / 0.0015);
    return (0.95 * std::sin(phase) + click) * envelope(t, kSeconds, 0.11);
  });
}

StereoAudio make_snare(int sample_rate_hz) {
  constexpr double kSeconds = 0.18;
  Random noise(41);
  return struck(sample_rate_hz, kSeconds, -0.1, [&](double t) {
    return (0.3 * noise.between(-1.0, 1.0) + 0.25 * std::sin(kTau * 190.0 * t)) * envelope(t, kSeconds, 0.05);
  });
}

StereoAudio make_hat(int sample_rate_hz, std::uint32_t seed) {
  constexpr double kSeconds = 0.04;
  Random noise(seed);
  double before = 0.0;
  return struck(sample_rate_hz, kSeconds, 0.25, [&](double t) {
    const double white = noise.between(-1.0, 1.0);
    const double bright = white - before;  // first difference: +6 dB an octave
    before = white;
    return 0.12 * bright * envelope(t, kSeconds, 0.012);
  });
}

StereoAudio make_bass(int sample_rate_hz, double frequency_hz, double seconds) {
  return struck(sample_rate_hz, seconds, 0.0,
                [=](double t) { return 0.45 * tone(frequency_hz, t, 4) * envelope(t, seconds, 0.4); });
}

StereoAudio make_chord(int sample_rate_hz, const std::vector<double>& frequencies_hz, double seconds) {
  constexpr double kDetune = 1.0012;  // two cents either way
  const auto side = [&](double detune) {
    return struck(sample_rate_hz, seconds, 0.0, [&](double t) {
      double sum = 0.0;
      for (const double frequency_hz : frequencies_hz) sum += tone(frequency_hz * detune, t, 6);
      return 0.11 * sum * envelope(t, seconds, 0.6);
    });
  };
  StereoAudio chord;
  chord.left = side(kDetune).left;
  chord.right = side(1.0 / kDetune).right;
  return chord;
}

}  // namespace segue::test
