// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace segue::analysis {

// Where phrases are known to begin: every `bars` bars from bar `first` on. Without `bars`, nowhere.
struct PhraseLines {
  int first = 0;
  int bars = 0;
};

// The bars on which sections begin, in order, 0 the first: the choice among the lines at which something changes
// that explains most and has likely lengths – phrases of 16 and 32 bars, then 8, then others of 4.
std::vector<std::size_t> section_starts(const std::vector<float>& novelty, const PhraseLines& phrases);

}  // namespace segue::analysis
