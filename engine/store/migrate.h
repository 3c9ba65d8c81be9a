// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "engine/store/database.h"

namespace segue::store {

// A step from the schema before to `version`.
struct Migration {
  int version;
  const char* sql;  // statements that bring it about
};

// Brings the schema up to the last of `steps`, whose versions count from 1 without gaps; each step is a transaction,
// so that an end in between loses nothing. PRAGMA user_version holds the version, `application_id` whose file it is.
// Fails with FAILED_PRECONDITION STORE_TOO_NEW or STORE_FOREIGN and then changes nothing.
Result<void> migrate(Database& database, std::span<const Migration> steps, std::int32_t application_id);

}  // namespace segue::store
