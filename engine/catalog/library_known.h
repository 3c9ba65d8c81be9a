// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/base/result.h"
#include "engine/catalog/entry.h"
#include "engine/store/database.h"

namespace segue::catalog {

// Puts what the user and analyses say into what a catalogue has answered: the user's tempo, key, rating and colour, else
// tempo and key of what the address held when it was last heard.
Result<void> tell_known(store::Database& database, std::vector<Entry>& entries);

}  // namespace segue::catalog
