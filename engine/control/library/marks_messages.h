// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/catalog/import/foreign_library.h"
#include "engine/model/marks.h"
#include "segue/v1/library_service.pb.h"

namespace segue::control {

namespace v1 = ::segue::v1;

// Marks as messages and back; text leaves as valid UTF-8 on one line. Pure.
v1::Marks to_message(const model::TrackMarks& marks);
v1::Skipped to_message(const catalog::ForeignSkip& skip);
// Fails with INVALID_ARGUMENT FIELD_INVALID for a key that is none and a cue of no kind; all other bounds are the
// library's to check.
Result<model::TrackMarks> marks_of(const v1::Marks& message);

}  // namespace segue::control
