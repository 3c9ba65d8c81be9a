// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/key.h"

#include <algorithm>
#include <array>

#include "engine/analysis/key_bars.h"
#include "engine/analysis/key_changes.h"

namespace segue::analysis {
namespace {

constexpr double kHeardS = 2;   // of harmony, before anything is said
constexpr double kEnoughS = 8;  // … and for so long to be trusted: two chords are in five keys
// Agreement on a tuning: of drums and noise 0.15 at most, of music with chords 0.4 and more.
constexpr double kAgreementNone = 0.17;
constexpr double kAgreementFull = 0.40;
// Pitch classes that sound, as many equal ones: a note has 1 and a triad 3, of some hundred pieces the fewest had 5.3.
constexpr double kPitchesNone = 1.5;
constexpr double kPitchesFull = 4;

double ramp(double value, double none, double full) { return std::clamp((value - none) / (full - none), 0.0, 1.0); }

std::size_t length_of(const Stretch& stretch) { return stretch.end - stretch.begin; }

model::Key key_of(std::size_t index) { return {static_cast<int>(index % 12), index >= 12}; }

}  // namespace

model::Tonality KeyAnalyser::estimate(const model::Rhythm& rhythm) const {
  model::Tonality tonality;
  const TuningMeter& tuning = chroma_.tuning();
  double trust = ramp(tuning.agreement(), kAgreementNone, kAgreementFull);
  if (trust <= 0) return tonality;
  const KeyBars bars(rhythm);
  const Harmony harmony = hear_harmony(chroma_, tuning.cents(), bars);
  const Stretch sounding = sounding_part(harmony, {0, harmony.weight.size()});
  if (static_cast<double>(length_of(sounding)) < kHeardS * harmony.frames_per_s) return tonality;
  trust *= ramp(static_cast<double>(length_of(sounding)) / harmony.frames_per_s, 0, kEnoughS);
  trust *= ramp(pitches_in(harmony, sounding), kPitchesNone, kPitchesFull);
  if (trust <= 0) return tonality;

  const auto parts = parts_by_key(harmony, sounding);
  const auto longest = std::max_element(parts.begin(), parts.end(), [](const KeyPart& a, const KeyPart& b) {
    return length_of(a.frames) < length_of(b.frames);
  });
  const PerKey likely = probabilities(longest->evidence);
  std::array<std::size_t, kKeys> order{};
  for (std::size_t i = 0; i < kKeys; ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return likely[a] > likely[b]; });
  tonality.key = key_of(order[0]);
  tonality.confidence = trust * likely[order[0]];
  tonality.tuning_cents = tuning.cents();
  for (std::size_t i = 1; i <= 3; ++i) {
    tonality.alternatives.push_back({key_of(order[i]), trust * likely[order[i]]});
  }
  for (const KeyPart& part : parts) {
    const bool is_first = tonality.changes.empty();
    const double confidence = trust * probabilities(part.evidence)[part.key];
    tonality.changes.push_back({is_first ? 0 : bars.seconds_of(part.bar), key_of(part.key), confidence});
  }
  return tonality;
}

}  // namespace segue::analysis
