// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <istream>
#include <string>

#include "engine/catalog/import/foreign_library.h"

namespace segue::catalog {

// Traktor's collection.nml, versions 19 and 20, from a stream or a text. Fails with INVALID_ARGUMENT
// LIBRARY_FILE_INVALID; what is wrong within tracks is skipped, counted and named, and where the file breaks off is the
// library's fault.
Result<ForeignLibrary> read_traktor(std::istream& in, ForeignLibrary::Take take);
Result<ForeignLibrary> read_traktor(const std::string& text);

}  // namespace segue::catalog
