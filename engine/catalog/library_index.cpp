// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_index.h"

namespace segue::catalog {

Result<void> index_source(store::Database& database, std::int64_t source) {
  return database.execute(
      "INSERT INTO track_text(rowid, title, artist, album, genre, file) "
      "SELECT t.id, t.title, t.artist, t.album, t.genre, t.file FROM source s JOIN track t ON t.id = s.track "
      "WHERE s.id = ? AND t.file IS NOT NULL",
      source);
}

Result<void> unindex_source(store::Database& database, std::int64_t source) {
  return database.execute(
      "INSERT INTO track_text(track_text, rowid, title, artist, album, genre, file) "
      "SELECT 'delete', t.id, t.title, t.artist, t.album, t.genre, t.file FROM source s JOIN track t ON t.id = s.track "
      "WHERE s.id = ? AND t.file IS NOT NULL",
      source);
}

Result<void> unindex_root(store::Database& database, std::int64_t root) {
  return database.execute(
      "INSERT INTO track_text(track_text, rowid, title, artist, album, genre, file) "
      "SELECT 'delete', t.id, t.title, t.artist, t.album, t.genre, t.file FROM folder f "
      "JOIN source s ON s.folder = f.id JOIN track t ON t.id = s.track WHERE f.root = ? AND t.file IS NOT NULL",
      root);
}

}  // namespace segue::catalog
