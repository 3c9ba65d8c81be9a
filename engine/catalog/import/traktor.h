// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/catalog/import/foreign_library.h"

namespace segue::catalog {

// Traktor's collection.nml, versions 19 and 20. Fails with INVALID_ARGUMENT LIBRARY_FILE_INVALID or
// LIBRARY_FILE_TOO_LARGE; faults within are skipped, counted and named.
Result<ForeignLibrary> read_traktor(std::string text);

}  // namespace segue::catalog
