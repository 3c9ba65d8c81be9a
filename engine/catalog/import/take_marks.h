// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "engine/catalog/import/foreign_library.h"

namespace segue::catalog {

// The user's marks with what the other program knows: it fills in what is not marked yet, or, with `replace`, takes the
// place of what is. Cues that are there already (same kind, pad and name, within 1 ms) are not taken twice; one whose
// pad is taken is noted as skipped. Plays and dates are the larger ones.
model::TrackMarks taken_marks(model::TrackMarks ours, const ForeignTrack& theirs, bool replace,
                              ForeignLibrary& library);

bool same_marks(const model::TrackMarks& a, const model::TrackMarks& b);

}  // namespace segue::catalog
