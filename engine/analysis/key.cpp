// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/key.h"

#include <algorithm>
#include <array>

#include "engine/analysis/key_evidence.h"

namespace segue::analysis {
namespace {

constexpr double kHeardS = 2;  // of harmony, before anything is said
// Agreement on a tuning: of drums and noise 0.15 at most, of music with chords 0.4 and more.
constexpr double kAgreementNone = 0.17;
constexpr double kAgreementFull = 0.40;

model::Key key_of(std::size_t index) { return {static_cast<int>(index % 12), index >= 12}; }

}  // namespace

model::Tonality KeyAnalyser::estimate() const {
  model::Tonality tonality;
  const TuningMeter& tuning = chroma_.tuning();
  const double trust = std::clamp((tuning.agreement() - kAgreementNone) / (kAgreementFull - kAgreementNone), 0.0, 1.0);
  if (trust <= 0) return tonality;
  const Harmony harmony = hear_harmony(chroma_, tuning.cents());
  const Stretch part = sounding_part(harmony, {0, harmony.weight.size()});
  if (static_cast<double>(part.end - part.begin) < kHeardS * harmony.frames_per_s) return tonality;

  const PerKey likely = probabilities(evidence_of(harmony, part));
  std::array<std::size_t, kKeys> order{};
  for (std::size_t i = 0; i < kKeys; ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return likely[a] > likely[b]; });
  tonality.key = key_of(order[0]);
  tonality.confidence = trust * likely[order[0]];
  tonality.tuning_cents = tuning.cents();
  for (std::size_t i = 1; i <= 3; ++i) {
    tonality.alternatives.push_back({key_of(order[i]), trust * likely[order[i]]});
  }
  tonality.changes.push_back({0, *tonality.key, tonality.confidence});
  return tonality;
}

}  // namespace segue::analysis
