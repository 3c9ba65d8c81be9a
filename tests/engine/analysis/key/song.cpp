// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/analysis/key/song.h"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>

namespace segue::test {
namespace {

constexpr double kBarS = 2;

struct Note {
  double at_s = 0;
  double seconds = 0;
  double hz = 0;
  float level = 0;
};

// A tone of eight overtones that decays.
void play(std::vector<float>& out, int rate, const Note& note) {
  const auto first = static_cast<std::size_t>(note.at_s * rate);
  const auto count = static_cast<std::size_t>(note.seconds * rate);
  for (std::size_t i = 0; i < count && first + i < out.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    double sum = 0;
    for (int overtone = 1; overtone <= 8 && overtone * note.hz < rate / 2.2; ++overtone) {
      sum += std::sin(2 * std::numbers::pi * overtone * note.hz * t) / (overtone * std::sqrt(overtone));
    }
    const double envelope = std::min(1.0, t / 0.005) * std::exp(-1.5 * t) * std::min(1.0, (note.seconds - t) / 0.01);
    out[first + i] += note.level * static_cast<float>(sum * envelope);
  }
}

void drum(std::vector<float>& out, const Song& song, std::mt19937& random) {
  std::uniform_real_distribution<float> noise(-1, 1);
  const double rate = song.sample_rate_hz;
  for (int beat = 0; beat * 0.5 < song.seconds; ++beat) {
    const auto first = static_cast<std::size_t>(beat * 0.5 * rate);
    const bool is_snare = beat % 2 == 1;
    for (std::size_t i = 0; i < static_cast<std::size_t>(0.25 * rate) && first + i < out.size(); ++i) {
      const double t = static_cast<double>(i) / rate;
      const double kick = std::sin(2 * std::numbers::pi * (song.kick_hz * t + 2.2 * (1 - std::exp(-t * 40)))) *
                          std::exp(-t * song.kick_decay_per_s);
      const double snare = is_snare ? 0.6 * static_cast<double>(noise(random)) * std::exp(-t * 25) : 0;
      out[first + i] += song.drums * static_cast<float>(kick + snare);
    }
  }
}

Triad triad_in(const Song& song, int bar) {
  const auto at = static_cast<std::size_t>(bar);
  Triad triad =
      at < song.intro.size() ? song.intro[at] : song.progression[(at - song.intro.size()) % song.progression.size()];
  int up = 0;
  for (const Shift& shift : song.shifts) up = bar >= shift.bar ? shift.semitones : up;
  triad.degree += up;
  return triad;
}

}  // namespace

std::vector<Triad> usual_progression(bool is_minor) {
  if (is_minor) return {{0, true}, {8, false}, {3, false}, {10, false}};
  return {{0, false}, {7, false}, {9, true}, {5, false}};
}

model::Rhythm rhythm_of(const Song& song) {
  model::Rhythm rhythm;
  rhythm.bpm = 4 * 60 / kBarS;
  rhythm.confidence = 1;
  rhythm.grid.markers.push_back({0, rhythm.bpm});
  rhythm.phrase_bars = 8;
  rhythm.phrase_s = static_cast<double>(song.intro.size()) * kBarS;
  return rhythm;
}

std::vector<float> render(const Song& song) {
  std::vector<float> out(static_cast<std::size_t>(song.seconds * song.sample_rate_hz));
  std::mt19937 random(1);
  if (song.drums > 0) drum(out, song, random);
  const double c4_hz = 440 * std::exp2(-9.0 / 12 + song.cents / 1200);
  for (int bar = 0; !song.progression.empty() && bar * kBarS < song.seconds; ++bar) {
    const Triad triad = triad_in(song, bar);
    const int root = (song.tonic + triad.degree) % 12;
    for (const int step : {0, triad.is_minor ? 3 : 4, 7}) {
      const double hz = c4_hz * std::exp2((root + step) / 12.0);
      if (song.chords > 0) play(out, song.sample_rate_hz, {bar * kBarS, kBarS, hz, song.chords});
    }
    const double bass_hz = c4_hz / (root < 4 ? 4 : 8) * std::exp2(root / 12.0);  // E1 to D#2
    for (int eighth = 0; song.bass > 0 && eighth < 8; ++eighth) {
      const double at_s = bar * kBarS + eighth * kBarS / 8;
      play(out, song.sample_rate_hz, {at_s, kBarS / 9, bass_hz, song.bass});
    }
  }
  return out;
}

}  // namespace segue::test
