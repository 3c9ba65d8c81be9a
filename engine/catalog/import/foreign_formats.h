// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/catalog/import/foreign_library.h"

namespace segue::catalog {

// The file of another program's library: its bytes, and where they came from ("" if a client sent them). A folder has
// none.
struct ForeignFile {
  std::string path;
  std::string bytes;
  bool is_head = false;  // there are more bytes, which are read from `path`
};

// One kind of library. Plain functions, so that the table of them is one.
struct ForeignFormat {
  const char* name;  // "rekordbox", what --format takes
  bool (*is_it)(const ForeignFile& file);
  // Hands over tracks to `take` (may be null), the last of them when finish() is called.
  Result<ForeignLibrary> (*read)(ForeignFile file, ForeignLibrary::Take take);
};

// All that can be read, in the order in which they are tried.
const std::vector<ForeignFormat>& foreign_formats();

// Reads a library by the name of its format, or ("") by what it looks like. Fails with INVALID_ARGUMENT
// LIBRARY_FORMAT_UNKNOWN and what the readers fail with.
Result<ForeignLibrary> read_foreign_library(const std::string& format, ForeignFile file,
                                            ForeignLibrary::Take take = nullptr);
// The beginning of a file, enough to tell what it is. Fails with NOT_FOUND FILE_MISSING or PERMISSION_DENIED
// FILE_UNREADABLE. May block.
Result<ForeignFile> look_at_foreign_file(const std::string& path);
// The whole file. Fails with NOT_FOUND FILE_MISSING, PERMISSION_DENIED FILE_UNREADABLE or INVALID_ARGUMENT
// LIBRARY_FILE_TOO_LARGE. May block.
Result<ForeignFile> load_foreign_file(const std::string& path);

}  // namespace segue::catalog
