// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "engine/catalog/import/foreign_library.h"

namespace segue::catalog {

// Takes the cue over if it can be: a time within a track, a loop that ends behind its start, room for it. A pad that is
// taken makes it a memory cue, so that it is not lost. What cannot be taken over is noted as skipped.
void add_cue(ForeignTrack& track, model::CuePoint cue, ForeignLibrary& library);

// Other programs keep each hot cue a second time as a memory cue: takes those out that are at the same place, of the
// same kind and length, with the same name or none.
void drop_doubled_cues(model::TrackMarks& marks);

// A "#rrggbb", "0xRRGGBB" or "RRGGBB"; 0 for anything else.
std::uint32_t color_of(std::string_view text);

}  // namespace segue::catalog
