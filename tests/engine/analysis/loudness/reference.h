// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/engine/analysis/loudness/programme.h"

namespace segue::analysis::test {

// What libebur128 alone says, with its own gates and meter, of a programme and the silence behind it.
struct Reference {
  double integrated_lufs = 0;
  double range_lu = 0;
  double true_peak_dbtp = 0;
  double sample_peak_db = 0;
};
Reference reference_of(const Programme& programme);

}  // namespace segue::analysis::test
