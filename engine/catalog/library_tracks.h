// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/catalog/entry.h"
#include "engine/store/database.h"

namespace segue::catalog {

// Questions about tracks, each on a connection of the caller's. They fail with NOT_FOUND TRACK_MISSING or
// FOLDER_MISSING, INVALID_ARGUMENT PAGE_INVALID, and what the store fails with.
Result<Entry> get_track(store::Database& database, const std::string& provider, const std::string& id);
// segue://, file:// and what was remembered.
Result<Entry> find_track(store::Database& database, const std::string& uri);
Result<Listing> browse_folder(store::Database& database, const std::string& provider, const std::string& node,
                              const std::string& page);
Result<std::string> path_of_track(store::Database& database, const std::string& provider, const std::string& id);
Result<std::int64_t> count_tracks(store::Database& database, const std::string& provider);
// Writes.
Result<void> remember_tracks(store::Database& database, const std::vector<Entry>& entries);

}  // namespace segue::catalog
