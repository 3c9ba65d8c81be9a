// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/model/analysis.h"
#include "tests/support/reference/plan.h"

namespace segue::reference {

// What is true of a piece of music, in the terms of model::TrackAnalysis. Times are seconds from the first sample; what
// is struck on a beat begins in the frame nearest to the beat's time.
struct ReferenceTruth {
  double bpm = 0;  // of the notated beat; the median over the beats where the tempo moves
  bool is_constant = true;
  std::vector<double> also_bpm;  // levels at which it could as well be felt
  std::vector<double> beats_s;   // pickup included, to the end of the last bar
  int downbeat_beat = 0;         // index in beats_s of the first downbeat: 0 without a pickup
  double downbeat_s = 0;
  int beats_per_bar = 4;
  model::Key key;                         // of most of it
  std::vector<model::KeyChange> changes;  // the first at 0
  double tuning_cents = 0;
  std::vector<model::Section> sections;  // at_s, label and bars; the first at the first downbeat
  double duration_s = 0;
};

ReferenceTruth truth_of(const ReferencePlan& plan);

// As a musician counts it: scores of 6/8 are written in eighths, but its beat is the dotted quarter.
ReferenceTruth as_counted(ReferenceTruth truth);

// The time of a place in beats from the first downbeat, fractions and negative ones included.
double seconds_at(const ReferenceTruth& truth, double beat);

// One JSON object: file, genre, mode, motion, opening and all of the truth.
std::string json_of(const ReferencePlan& plan, const ReferenceTruth& truth, const std::string& file);

}  // namespace segue::reference
