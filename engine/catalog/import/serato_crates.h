// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/catalog/import/foreign_library.h"

namespace segue::catalog {

// Serato's own folder, "_Serato_", at the top of a drive or among the user's music: the tracks of its "database V2",
// with the marks that their files' tags hold, and each of its crates as a playlist, "a%%b.crate" in folder "a".
// Paths in it count from the top of the drive. Tracks that `library` has already are not added again. Blocks.
void add_serato_folder(ForeignLibrary& library, const std::string& folder);

// One file of it, a database or a crate, as its bytes say; `path` ("": not known) names a crate. Fails with
// INVALID_ARGUMENT LIBRARY_FILE_INVALID.
Result<void> add_serato_records(ForeignLibrary& library, const std::string& path, std::string_view bytes);

}  // namespace segue::catalog
