// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "tests/support/reference/plan.h"

namespace segue::reference {

// A rhythm of one or two bars, a letter a step: X loud, x plain, o soft, . nothing.
using Pattern = std::string_view;
// The strength of a step, 0 for nothing. Steps beyond the pattern's end repeat it.
double strength(Pattern pattern, int step);

// What each voice of a genre may play; one of each list is chosen for a track. Empty lists play nothing.
struct Repertoire {
  int steps_per_beat = 4;
  std::vector<Pattern> kick;
  std::vector<Pattern> snare;
  std::vector<Pattern> hat;
  std::vector<Pattern> open_hat;  // of club music; a ride elsewhere
  std::vector<Pattern> extra;     // shaker, rim or percussion
  std::vector<Pattern> bass;
  std::vector<Pattern> chord;
};
const Repertoire& repertoire_of(Genre genre);

}  // namespace segue::reference
