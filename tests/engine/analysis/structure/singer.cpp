// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/analysis/structure/singer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "tests/support/audio/signals.h"

namespace segue::test {
namespace {

constexpr double kTau = 2 * std::numbers::pi;
constexpr int kFormants = 3;
using Vowel = std::array<double, kFormants>;
// ah, eh, ee, oh, oo: centres in Hz.
constexpr std::array<Vowel, 5> kVowels = {
    {{730, 1090, 2440}, {530, 1840, 2480}, {270, 2290, 3010}, {570, 840, 2410}, {300, 870, 2240}}};
constexpr std::array<int, 7> kScale = {0, 2, 3, 5, 7, 8, 10};

// A resonance of two poles whose centre moves.
struct Formant {
  double y1 = 0, y2 = 0;

  double run(double x, double centre_hz, double rate_hz) {
    const double radius = std::exp(-std::numbers::pi * 90 / rate_hz);
    const double y = x * (1 - radius) + 2 * radius * std::cos(kTau * centre_hz / rate_hz) * y1 - radius * radius * y2;
    y2 = y1;
    y1 = y;
    return y;
  }
};

struct Syllable {
  int frames = 0;
  double hz = 0;
  Vowel vowel{};
  bool is_rest = false;
};

Syllable next_syllable(Random& random, int rate, double low_hz) {
  Syllable syllable;
  syllable.frames = static_cast<int>(random.between(0.14, 0.55) * rate);
  syllable.hz = low_hz * std::exp2(kScale[static_cast<std::size_t>(random.below(7))] / 12.0);
  syllable.vowel = kVowels[static_cast<std::size_t>(random.below(5))];
  syllable.is_rest = random.below(9) == 0;
  return syllable;
}

}  // namespace

std::vector<float> make_singing(int sample_rate_hz, double seconds, double low_hz, std::uint64_t seed) {
  const double rate = sample_rate_hz;
  Random random(seed);
  std::vector<float> out(static_cast<std::size_t>(seconds * rate));
  std::array<Formant, kFormants> formants;
  Vowel vowel = kVowels[0];
  double hz = low_hz, phase = 0, loud = 0;
  std::size_t at = 0;
  while (at < out.size()) {
    const Syllable syllable = next_syllable(random, sample_rate_hz, low_hz);
    for (int i = 0; i < syllable.frames && at < out.size(); ++i, ++at) {
      const double part = static_cast<double>(i) / syllable.frames;
      hz += (syllable.hz - hz) * (12 / rate);  // glides within some 80 ms
      for (std::size_t k = 0; k < kFormants; ++k) vowel[k] += (syllable.vowel[k] - vowel[k]) * (25 / rate);
      const double target = syllable.is_rest ? 0.0 : std::sin(std::numbers::pi * std::min(1.0, part * 1.1));
      loud += (target - loud) * (60 / rate);
      const double vibrato = 1 + 0.012 * part * std::sin(kTau * 5.6 * static_cast<double>(at) / rate);
      phase += hz * vibrato / rate;
      const double pulse = phase >= 1 ? 1.0 : 0.0;
      phase -= std::floor(phase);
      double sum = 0;
      const double source = pulse * rate / hz * 0.3 + 0.02 * (random.unit() - 0.5);
      for (std::size_t k = 0; k < kFormants; ++k)
        sum += formants[k].run(source, vowel[k], rate) / (1.0 + 1.0 * static_cast<double>(k));
      out[at] = static_cast<float>(loud * sum);
    }
  }
  float peak = 1e-9F;
  for (const float sample : out) peak = std::max(peak, std::abs(sample));
  for (float& sample : out) sample *= 0.5F / peak;
  return out;
}

}  // namespace segue::test
