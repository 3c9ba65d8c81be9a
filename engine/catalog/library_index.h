// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/store/database.h"

namespace segue::catalog {

// The full-text index of local tracks. Whoever changes what it is made of (title, artist, album, genre, file of track)
// takes the track out before and puts it in after, in the same transaction: the index keeps no text to find it by.
Result<void> index_source(store::Database& database, std::int64_t source);
Result<void> unindex_source(store::Database& database, std::int64_t source);
Result<void> unindex_root(store::Database& database, std::int64_t root);

}  // namespace segue::catalog
