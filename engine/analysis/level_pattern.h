// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/analysis/rhythm_features.h"

namespace segue::analysis {

// Times of pulses one after another, and anywhere between them.
struct PulseMap {
  std::vector<double> at_s;  // in order, at least two; the first at or before the start of the music

  double time_of(double pulse) const;
};

// The average of each 48 pulses of a track, so that two, three, four, six and eight of them repeat: how strong the
// onsets of each band are at each 24th of a pulse, as the curves have it (in logarithms: what changes) and as the
// attacks have it (in amplitudes: what is loud).
struct LevelPattern {
  static constexpr int kSlotsPerPulse = 24;
  static constexpr int kPulses = 48;
  static constexpr int kSlots = kSlotsPerPulse * kPulses;
  static constexpr std::size_t kVoices = kOnsetBands + kAttackBands;
  using Slot = std::array<float, kVoices>;
  std::vector<Slot> slots = std::vector<Slot>(kSlots);

  const Slot& at(int slot) const { return slots[static_cast<std::size_t>(((slot % kSlots) + kSlots) % kSlots)]; }
};

// How alike a pattern and itself later are.
class Repetition {
 public:
  // Of all voices, or of those that carry accents alone: kick, bass and snare without hats.
  enum class Of { kAll, kAccents };
  Repetition(const LevelPattern& pattern, Of what);

  // So many slots later: −1 to 1.
  double after(int shift_slots) const;

 private:
  std::vector<LevelPattern::Slot> slots_;  // without the means of their voices, those that are not asked for 0
  double power_ = 1e-9;
};

// `weights` are those of the attacks.
LevelPattern fold(const RhythmFeatures& features, const std::vector<double>& weights, const PulseMap& map);

}  // namespace segue::analysis
