// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/analysis.h"

namespace segue::analysis {

// Tells time in bars, 0 where a phrase begins; of two seconds each where there is no grid. Refers to the rhythm.
class KeyBars {
 public:
  explicit KeyBars(const model::Rhythm& rhythm);

  double bar_at(double seconds) const;
  double seconds_of(double bar) const;
  // In bars; 0 where it is not known where phrases begin.
  int phrase() const { return phrase_; }

 private:
  const model::Rhythm& rhythm_;
  bool has_grid_ = false;
  int phrase_ = 0;
  double first_beat_ = 0;  // number of a beat that begins a bar, and a phrase if these are known
};

}  // namespace segue::analysis
