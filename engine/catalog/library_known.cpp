// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_known.h"

#include "engine/catalog/library_entries.h"

namespace segue::catalog {
namespace {

constexpr const char* kSql =
    "SELECT k.bpm, k.key, k.rating, k.color, a.bpm, a.key FROM (SELECT ? AS uri) u "
    "LEFT JOIN marks k ON k.uri = u.uri LEFT JOIN track_content c ON c.uri = u.uri "
    "LEFT JOIN analysis a ON a.content = c.content";

}  // namespace

Result<void> tell_known(store::Database& database, std::vector<Entry>& entries) {
  for (Entry& entry : entries) {
    const auto done = each_row(database.query(kSql, entry.uri), [&entry](const store::Statement& row) {
      for (const int column : {4, 0}) {  // the user's comes last and wins
        if (row.real(column) > 0) entry.bpm = row.real(column);
        if (!row.text(column + 1).empty()) entry.key = row.text(column + 1);
      }
      entry.rating = static_cast<int>(row.integer(2));
      entry.color = static_cast<std::uint32_t>(row.integer(3));
    });
    if (!done) return done;
  }
  return {};
}

}  // namespace segue::catalog
