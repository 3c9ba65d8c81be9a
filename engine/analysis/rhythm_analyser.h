// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/analysis/onset_attacks.h"
#include "engine/analysis/onset_curves.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// The first hour tells the rhythm of a longer recording; 11 MB of curves and attacks are kept of it.
inline constexpr long long kRhythmSecondsMax = 3600;

// Tempo, metrical level and beats of one track, and its list of onsets. Fed with the same mid signal twice, as frames
// of the shared spectrum and as samples, each cut in any way. One thread. Listens to the first kRhythmSecondsMax, so
// that its memory is bounded; the grid goes on beyond.
class RhythmAnalyser {
 public:
  RhythmAnalyser(int sample_rate_hz, double frames_per_s, const model::TempoHint& hint);

  void push(const SpectrumFrame& frame);
  void push(std::span<const float> mono);
  // What can be said so far; changes nothing. bpm is 0 where no beat is heard. The metre is left to others: the grid's
  // first marker is the first beat, and nothing is said of downbeats and phrases.
  model::Rhythm estimate() const;
  // The last call, behind the last frame and sample.
  model::Rhythm finish();
  // Attack starts so far, in order, whatever they are of; at least 20 ms apart.
  std::vector<double> onsets_s() const;

 private:
  double seconds() const;

  const int sample_rate_hz_;
  const model::TempoHint hint_;
  OnsetCurveTracker curves_;
  AttackTracker attacks_;
  long long samples_ = 0;
};

}  // namespace segue::analysis
