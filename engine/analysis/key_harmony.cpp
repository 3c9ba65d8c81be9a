// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/key_harmony.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace segue::analysis {
namespace {

constexpr double kLoud = 0.8;           // of the frames are quieter than what is called loud
constexpr float kSoftness = 0.15F;      // of that loudness counts half
constexpr int kSmoothFrames = 2;        // on either side
constexpr double kHarmonyShare = 0.45;  // of the loud frames' pitched sound: below it is drums
constexpr double kSharpness = 8;        // how much a likeness of 1 counts
constexpr double kBassWeight = 0.5;
constexpr float kDroneShare = 0.7F;  // of the mean bass that is taken out of each frame
constexpr double kStay = 0.985;      // that a triad goes on for another frame

float sum_of(const Pitches& pitches) {
  float sum = 0;
  for (const float value : pitches) sum += value;
  return sum;
}

double quantile(std::vector<float> values, double part) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return static_cast<double>(values[static_cast<std::size_t>(at)]);
}

// Takes loudness out, but for what is nearly silent.
void even(std::vector<Pitches>& frames) {
  std::vector<float> sums;
  for (const Pitches& frame : frames) {
    if (const float sum = sum_of(frame); sum > 0) sums.push_back(sum);
  }
  const auto floor = kSoftness * static_cast<float>(quantile(std::move(sums), kLoud)) + 1e-9F;
  for (Pitches& frame : frames) {
    const float scale = 1 / (sum_of(frame) + floor);
    for (float& value : frame) value *= scale;
  }
}

// Means over neighbours.
std::vector<Pitches> smooth(const std::vector<Pitches>& frames) {
  std::vector<Pitches> result(frames.size(), Pitches{});
  const auto count = static_cast<int>(frames.size());
  for (int i = 0; i < count; ++i) {
    for (int j = std::max(0, i - kSmoothFrames); j <= std::min(count - 1, i + kSmoothFrames); ++j) {
      for (std::size_t pitch = 0; pitch < 12; ++pitch) {
        result[static_cast<std::size_t>(i)][pitch] +=
            frames[static_cast<std::size_t>(j)][pitch] / (2 * kSmoothFrames + 1);
      }
    }
  }
  return result;
}

// 1 where pitched sound over a second is about as strong as in the track's louder parts, else 0.
std::vector<double> where_harmony_is(const std::vector<Pitches>& chord, const std::vector<Pitches>& bass,
                                     double frames_per_s) {
  std::vector<float> sums(chord.size());
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = sum_of(chord[i]) + sum_of(bass[i]);
  const double least = kHarmonyShare * quantile(sums, kLoud);
  const auto length = static_cast<int>(frames_per_s);
  std::vector<double> result(chord.size());
  for (int i = 0; i < static_cast<int>(chord.size()); ++i) {
    double sum = 0;
    for (int j = std::max(0, i - length / 2); j < std::min<int>(static_cast<int>(chord.size()), i + length / 2); ++j) {
      sum += static_cast<double>(sums[static_cast<std::size_t>(j)]);
    }
    result[static_cast<std::size_t>(i)] = sum > 0 && sum / (length / 2 * 2) >= least ? 1 : 0;
  }
  return result;
}

// The bass without what sounds in it all the time: a tuned kick says nothing of the chords, and a pedal little.
std::vector<Pitches> without_drone(const std::vector<Pitches>& bass, const std::vector<double>& weight) {
  Pitches mean{};
  float weights = 1e-9F;
  for (std::size_t i = 0; i < bass.size(); ++i) {
    if (weight[i] <= 0) continue;
    weights += 1;
    for (std::size_t pitch = 0; pitch < 12; ++pitch) mean[pitch] += bass[i][pitch];
  }
  std::vector<Pitches> result = bass;
  for (Pitches& frame : result) {
    for (std::size_t pitch = 0; pitch < 12; ++pitch) {
      frame[pitch] = std::max(0.0F, frame[pitch] - kDroneShare * mean[pitch] / weights);
    }
  }
  return result;
}

struct Template {
  Pitches chord{};
  Pitches bass{};
};

std::array<Template, kKeys> templates() {
  std::array<Template, kKeys> result{};
  for (std::size_t i = 0; i < kKeys; ++i) {
    const std::size_t root = i % 12;
    const std::size_t third = (root + (i < 12 ? 4 : 3)) % 12;
    const std::size_t fifth = (root + 7) % 12;
    const float length = std::sqrt(1 + 0.8F * 0.8F + 0.9F * 0.9F);
    result[i].chord[root] = 1 / length;
    result[i].chord[third] = 0.8F / length;
    result[i].chord[fifth] = 0.9F / length;
    result[i].bass[root] = 1;
    result[i].bass[third] = 0.2F;
    result[i].bass[fifth] = 0.35F;
  }
  return result;
}

float dot(const Pitches& a, const Pitches& b) {
  float sum = 0;
  for (std::size_t i = 0; i < 12; ++i) sum += a[i] * b[i];
  return sum;
}

// How well a frame goes with each triad, the best 1.
PerKey likeness(const Pitches& chord, const Pitches& bass, const std::array<Template, kKeys>& known) {
  const float length = std::sqrt(dot(chord, chord)) + 1e-9F;
  const float presence = std::min(1.0F, 1.3F * std::min(1.0F, sum_of(chord)));
  const float strongest = *std::max_element(bass.begin(), bass.end()) + 1e-9F;
  const float bass_presence = std::min(1.0F, sum_of(bass));
  PerKey result{};
  for (std::size_t i = 0; i < kKeys; ++i) {
    const float by_chord = dot(chord, known[i].chord) / length * presence;
    const float by_bass = dot(bass, known[i].bass) / strongest * bass_presence;
    result[i] = kSharpness * (static_cast<double>(by_chord) + kBassWeight * static_cast<double>(by_bass));
  }
  const double best = *std::max_element(result.begin(), result.end());
  for (double& value : result) value = std::exp(value - best);
  return result;
}

void scale_to_one(PerKey& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  for (double& value : values) value /= sum;
}

// What a distribution becomes from one frame to the next: mostly itself.
PerKey moved(const PerKey& values) {
  constexpr double kMove = (1 - kStay) / (kKeys - 1);
  double sum = 0;
  for (const double value : values) sum += value;
  PerKey result{};
  for (std::size_t i = 0; i < kKeys; ++i) result[i] = values[i] * (kStay - kMove) + sum * kMove;
  return result;
}

// Forward-backward smoothing: triads last, so that a doubtful frame goes with its neighbours.
std::vector<PerKey> smooth(const std::vector<PerKey>& seen) {
  std::vector<PerKey> result(seen.size());
  PerKey state;
  state.fill(1.0 / kKeys);
  for (std::size_t t = 0; t < seen.size(); ++t) {
    state = moved(state);
    for (std::size_t i = 0; i < kKeys; ++i) state[i] *= seen[t][i];
    scale_to_one(state);
    result[t] = state;
  }
  state.fill(1);
  for (std::size_t t = seen.size(); t-- > 0;) {
    for (std::size_t i = 0; i < kKeys; ++i) result[t][i] *= state[i];
    scale_to_one(result[t]);
    for (std::size_t i = 0; i < kKeys; ++i) state[i] *= seen[t][i];
    state = moved(state);
    scale_to_one(state);
  }
  return result;
}

}  // namespace

Harmony hear_harmony(const Chroma& chroma, double cents, const KeyBars& bars) {
  Harmony harmony;
  harmony.frames_per_s = chroma.frames_per_s();
  harmony.phrase = bars.phrase();
  const Folding folding(cents);
  std::vector<Pitches> chord;
  std::vector<Pitches> bass;
  for (const ChromaFrame& frame : chroma.frames()) {
    chord.push_back(folding.fold(frame.chord));
    bass.push_back(folding.fold(frame.bass));
    harmony.bar.push_back(bars.bar_at(chroma.seconds_of(static_cast<std::int64_t>(harmony.bar.size()))));
  }
  harmony.weight = where_harmony_is(chord, bass, harmony.frames_per_s);
  even(chord);
  even(bass);
  harmony.chord = smooth(chord);
  harmony.bass = smooth(bass);
  const auto moving_bass = without_drone(harmony.bass, harmony.weight);
  const auto known = templates();
  std::vector<PerKey> seen;
  for (std::size_t i = 0; i < chord.size(); ++i) {
    seen.push_back(likeness(harmony.chord[i], moving_bass[i], known));
    const float presence = std::max(sum_of(harmony.chord[i]), sum_of(harmony.bass[i]));
    harmony.weight[i] *= std::min(1.0, static_cast<double>(presence));
  }
  harmony.triads = smooth(seen);
  return harmony;
}

}  // namespace segue::analysis
