// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/model/marks.h"
#include "engine/store/database.h"

namespace segue::catalog {

// A track's marks as they are kept.
struct KeptMarks {
  model::TrackMarks marks;
  std::string version;  // changes with every change; "0" as long as nothing was ever marked
};

// The address a track is known by here, however it was written: segue://PROVIDER/ID for a file in a provider's folders,
// which stays when the file moves; else file:///… or http(s)://… without user information. Fails with INVALID_ARGUMENT
// URI_INVALID.
Result<std::string> address_of(store::Database& database, const std::string& uri);

// Each on a connection of the caller's. They fail with what address_of() and check_marks() (marks_check.h) fail with
// and what the store fails with. Marks of a file from before it lay in a provider's folders are found.
Result<KeptMarks> read_marks(store::Database& database, const std::string& uri);
// Replaces all; the new version comes back. Fails with ABORTED MARKS_CHANGED unless they are at `version` (empty: at
// any).
Result<std::string> write_marks(store::Database& database, const std::string& uri, const model::TrackMarks& marks,
                                const std::string& version);
// The same within the caller's transaction, for many at once.
Result<std::string> replace_marks(store::Database& database, const std::string& uri, const model::TrackMarks& marks,
                                  const std::string& version);

// If there is nothing marked at `address`, what another address with the same content has, at which there is no track
// any more, is copied to it. Within the caller's transaction.
Result<void> adopt_marks(store::Database& database, const std::string& address, const std::string& content_key);

}  // namespace segue::catalog
