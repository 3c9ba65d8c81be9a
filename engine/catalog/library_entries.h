// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>

#include "engine/catalog/entry.h"
#include "engine/store/database.h"

namespace segue::catalog {

// The columns of a track and its source s, track t, folder f, root r, marks k, analysis a, in the order entry_of()
// reads them, and the joins that bring them. What the user says of tempo and key goes before what an analysis says,
// that before tags.
inline constexpr const char* kEntryColumns =
    "s.provider, s.key, s.uri, t.title, t.artist, t.album, t.album_artist, t.genre, t.year, t.track_number, "
    "t.duration_s, CASE WHEN k.bpm > 0 THEN k.bpm WHEN a.bpm > 0 THEN a.bpm ELSE t.bpm END, "
    "CASE WHEN k.key <> '' THEN k.key WHEN a.key <> '' THEN a.key ELSE t.key END, t.isrc, t.musicbrainz_id, s.codec, "
    "s.bitrate_kbps, s.sample_rate_hz, s.bits, "
    "s.size_bytes, s.is_live, s.artwork, s.reason, r.reason, f.cover IS NOT NULL, t.added_at_s, "
    "k.rating, k.color";
inline constexpr int kEntryColumnCount = 28;  // behind them come a query's own
inline constexpr const char* kEntryJoins =
    " JOIN track t ON t.id = s.track LEFT JOIN folder f ON f.id = s.folder LEFT JOIN root r ON r.id = f.root "
    "LEFT JOIN marks k ON k.uri = coalesce(s.uri, 'segue://' || s.provider || '/' || s.key) "
    "LEFT JOIN track_content c ON c.uri = coalesce(s.uri, 'segue://' || s.provider || '/' || s.key) "
    "LEFT JOIN analysis a ON a.content = c.content ";

Entry entry_of(const store::Statement& row);

// A failure of the store as the library's callers know it: "library: …".
tl::unexpected<Error> library_error(const Error& error);

// For each row one call of `visit(statement)`.
template <typename Visit>
Result<void> each_row(Result<store::Statement> statement, Visit visit) {
  if (!statement) return library_error(statement.error());
  for (;;) {
    const Result<bool> row = statement->step();
    if (!row) return library_error(row.error());
    if (!*row) return {};
    visit(std::as_const(*statement));
  }
}

}  // namespace segue::catalog
