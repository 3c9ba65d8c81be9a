// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <istream>
#include <string>

#include "engine/catalog/import/foreign_library.h"

namespace segue::catalog {

// What we call ourselves in the files we write: read again, their grids and cues are taken as they stand.
inline constexpr const char* kOwnProduct = "Segue";

// A processing instruction within a track of ours, and the words of it: what of the track is no user's word.
inline constexpr const char* kHeardInstruction = "segue-heard";
inline constexpr const char* kHeardGrid = "grid";
inline constexpr const char* kHeardKey = "key";

// rekordbox's "Export Collection in xml format", which other programs read and write as well, from a stream or a text.
// Fails with INVALID_ARGUMENT LIBRARY_FILE_INVALID; what is wrong within tracks is skipped, counted and named, and
// where the file breaks off is the library's fault.
Result<ForeignLibrary> read_rekordbox(std::istream& in, ForeignLibrary::Take take);
Result<ForeignLibrary> read_rekordbox(const std::string& text);

}  // namespace segue::catalog
