// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/catalog/entry.h"
#include "engine/store/database.h"

namespace segue::catalog {

// An entry as its playlist keeps it.
struct PlaylistRow {
  std::string uri;
  std::string title;
  std::string artist;
  double duration_s = 0;
};

// The list after the edit; `edit` is of a kind that changes entries. Pure. Fails with INVALID_ARGUMENT
// PLAYLIST_POSITION_INVALID or RESOURCE_EXHAUSTED PLAYLIST_FULL.
Result<std::vector<PlaylistRow>> edited(std::vector<PlaylistRow> rows, const PlaylistEdit& edit,
                                        std::vector<PlaylistRow> added);

Result<std::vector<PlaylistRow>> read_rows(store::Database& database, std::int64_t playlist);
// Replaces what is at `first` and after by what `rows` has there.
Result<void> write_rows(store::Database& database, std::int64_t playlist, const std::vector<PlaylistRow>& rows,
                        std::size_t first);
// Rows with what is known of the tracks now. Fails with INVALID_ARGUMENT PLAYLIST_URI_INVALID.
Result<std::vector<PlaylistRow>> rows_of(store::Database& database, const std::vector<std::string>& uris);
// The track as it is known now, else as the row remembers it.
Entry entry_of_row(store::Database& database, const PlaylistRow& row);

}  // namespace segue::catalog
