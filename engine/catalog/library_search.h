// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/catalog/entry.h"
#include "engine/store/database.h"

namespace segue::catalog {

// What somebody typed as a full-text query: every word a quoted prefix, whatever it holds; "" if there is no word.
std::string search_query(std::string_view text);

// The provider's tracks that have all the words, best first.
Result<std::vector<Entry>> search_tracks(store::Database& database, const std::string& provider, std::string_view text,
                                         int offset, int limit);

}  // namespace segue::catalog
