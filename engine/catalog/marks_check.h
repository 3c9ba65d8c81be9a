// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "engine/base/result.h"
#include "engine/model/marks.h"

namespace segue::catalog {

inline constexpr std::size_t kCommentBytesMax = 1'024;  // what a screen can show; longer ones are cut

// What is wrong with these marks: INVALID_ARGUMENT MARKS_INVALID naming the field; text too long is no fault, it is
// cut.
Result<void> check_marks(const model::TrackMarks& marks);

// The one tempo a list shows of a grid: that of most of the time between its markers, 0 without any.
double shown_bpm(const model::BeatGrid& grid);

}  // namespace segue::catalog
