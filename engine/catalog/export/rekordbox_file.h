// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/catalog/import/foreign_library.h"

namespace segue::catalog {

// A collection as rekordbox and what reads its format take it: playlists name tracks by number, times have up to six
// digits behind the point. Times are written as they are: the caller has put them into the other program's terms. What
// the format has no place for (a cue that jumps, a trim, a main cue) is noted as skipped in `library`.
std::string write_rekordbox(ForeignLibrary& library, const std::string& version);

}  // namespace segue::catalog
