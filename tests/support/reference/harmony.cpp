// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/reference/harmony.h"

#include <array>
#include <cmath>

namespace segue::reference {
namespace {

using test::Random;
using Degrees = std::vector<int>;

// Chords borrowed from the parallel minor stand beyond the degrees.
constexpr int kMinorFourth = 7;
constexpr int kFlatSeventh = 8;

constexpr std::array<std::array<int, 7>, 6> kScales = {{{0, 2, 4, 5, 7, 9, 11},
                                                        {0, 2, 3, 5, 7, 8, 10},
                                                        {0, 2, 3, 5, 7, 9, 10},
                                                        {0, 2, 4, 5, 7, 9, 10},
                                                        {0, 2, 3, 5, 7, 8, 11},
                                                        {0, 1, 3, 5, 7, 8, 10}}};

std::vector<Degrees> progressions_of(const ReferencePlan& plan) {
  if (plan.genre == Genre::kSwing) {
    if (is_minor(plan.mode)) return {{0, 3, 4, 0}, {0, 0, 3, 4}, {0, 5, 4, 0}};
    return {{0, 5, 1, 4}, {0, 3, 0, 4}, {0, 0, 1, 4}};
  }
  switch (plan.mode) {
    case Mode::kMajor:
      return {{0, 4, 5, 3}, {0, 3, 4, 3}, {0, 5, 3, 4}, {0, 3, 0, 4}, {0, 3, kMinorFourth, 0}, {0, kFlatSeventh, 3, 0},
              {0, 2, 3, 4}};
    case Mode::kMinor: return {{0, 5, 2, 6}, {0, 3, 5, 4}, {0, 6, 5, 6}, {0, 5, 3, 6}, {0, 0, 5, 6}, {0, 0, 0, 3}};
    case Mode::kDorian: return {{0, 3}, {0, 3, 0, 6}, {0, 6, 3, 0}, {0, 0, 3, 3}};
    case Mode::kMixolydian: return {{0, 6, 3, 0}, {0, 0, 6, 3}, {0, 6, 0, 3}};
    case Mode::kHarmonicMinor: return {{0, 3, 4, 0}, {0, 5, 3, 4}, {0, 5, 4, 0}, {0, 0, 3, 4}};
    case Mode::kPhrygian: return {{0, 1}, {0, 1, 0, 6}, {0, 0, 1, 0}};
  }
  return {{0}};
}

// Thirds piled up on a degree. The raised seventh of harmonic minor belongs to its dominant alone.
Chord chord_on(const Harmony& harmony, const ReferencePlan& plan, int degree, int notes) {
  if (degree == kMinorFourth) return {5, 8, 12};
  if (degree == kFlatSeventh) return {10, 14, 17};
  Chord chord;
  for (int i = 0; i < notes; ++i) {
    int semitone = harmony.semitone(degree + 2 * i);
    const bool is_raised = plan.mode == Mode::kHarmonicMinor && (degree + 2 * i) % 7 == 6;
    if (is_raised && degree != 4 && degree != 6) --semitone;
    chord.push_back(semitone);
  }
  return chord;
}

}  // namespace

int Harmony::semitone(int degree) const {
  const int octave = static_cast<int>(std::floor(degree / 7.0));
  return scale[static_cast<std::size_t>(degree - 7 * octave)] + 12 * octave;
}

Harmony choose_harmony(const ReferencePlan& plan, Random& random) {
  Harmony harmony;
  const auto& scale = kScales[static_cast<std::size_t>(plan.mode)];
  harmony.scale.assign(scale.begin(), scale.end());
  const auto progressions = progressions_of(plan);
  Degrees degrees = progressions[static_cast<std::size_t>(random.below(static_cast<int>(progressions.size())))];
  // Techno, and some of the rest that is made on machines, stays on one chord.
  const double still = plan.genre == Genre::kTechno ? 0.6 : plan.genre == Genre::kDrumAndBass ? 0.25 : 0.05;
  if (random.unit() < still) degrees = {0};
  const bool has_sevenths = plan.genre == Genre::kSwing || (plan.genre == Genre::kHouse && random.unit() < 0.5) ||
                            (plan.genre == Genre::kHipHop && random.unit() < 0.4);
  for (const int degree : degrees) harmony.chords.push_back(chord_on(harmony, plan, degree, has_sevenths ? 4 : 3));
  harmony.bars_per_chord = plan.bpm > 125 && random.unit() < 0.5 ? 2 : 1;
  return harmony;
}

double pitch_hz(const ReferencePlan& plan, int semitones_above_c, int octave) {
  return 440 * std::exp2((semitones_above_c - 9 + 12 * (octave - 4) + plan.tuning_cents / 100) / 12);
}

}  // namespace segue::reference
