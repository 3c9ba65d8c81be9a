// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_playlists.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "engine/base/text.h"
#include "engine/catalog/library_entries.h"
#include "engine/catalog/local/clean_text.h"
#include "engine/catalog/playlist_rows.h"

namespace segue::catalog {
namespace {

using store::Statement;

constexpr const char* kColumns =
    "SELECT p.id, p.provider, p.name, p.comment, p.version, p.changed_at_s, "
    "(SELECT count(*) FROM playlist_entry e WHERE e.playlist = p.id), "
    "(SELECT total(e.duration_s) FROM playlist_entry e WHERE e.playlist = p.id) FROM playlist p ";

Playlist playlist_of(const Statement& row) {
  Playlist playlist;
  playlist.id = std::to_string(row.integer(0));
  playlist.provider = row.text(1);
  playlist.name = row.text(2);
  playlist.comment = row.text(3);
  playlist.version = std::to_string(row.integer(4));
  playlist.changed_at_s = row.integer(5);
  playlist.tracks = static_cast<int>(row.integer(6));
  playlist.duration_s = row.real(7);
  playlist.is_editable = true;
  return playlist;
}

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Result<Playlist> find(store::Database& database, const std::string& provider, const std::string& id) {
  std::int64_t row_id = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), row_id);
  bool is_found = false;
  Playlist playlist;
  if (error == std::errc() && end == id.data() + id.size()) {
    auto read = each_row(database.query(std::string(kColumns) + "WHERE p.provider = ? AND p.id = ?", provider, row_id),
                         [&](const Statement& row) {
                           playlist = playlist_of(row);
                           is_found = true;
                         });
    if (!read) return tl::unexpected<Error>(read.error());
  }
  if (!is_found) {
    return fail(Code::kNotFound, "PLAYLIST_MISSING",
                "playlist " + printable(id, 200) + ": the library has no such one");
  }
  return playlist;
}

// The name as it will be kept.
Result<std::string> free_name(store::Database& database, const std::string& provider, const std::string& wanted,
                              const std::string& own_id) {
  const std::string name = clean_text(wanted);
  if (name.empty() || wanted.size() > kTextBytesMax) {
    return fail(
        Code::kInvalidArgument, "PLAYLIST_NAME_INVALID",
        "name \"" + printable(wanted, 64) + "\": 1 to " + std::to_string(kTextBytesMax) + " bytes of text are allowed");
  }
  std::int64_t others = 0;
  auto read = each_row(database.query("SELECT count(*) FROM playlist WHERE provider = ? AND name = ? AND id <> ?",
                                      provider, name, own_id),
                       [&](const Statement& row) { others = row.integer(0); });
  if (!read) return tl::unexpected<Error>(read.error());
  if (others > 0) {
    return fail(Code::kAlreadyExists, "PLAYLIST_EXISTS",
                "playlist \"" + name + "\" is there already; choose another name");
  }
  return name;
}

Result<void> change_entries(store::Database& database, std::int64_t playlist, const PlaylistEdit& edit) {
  Result<std::vector<PlaylistRow>> rows = read_rows(database, playlist);
  if (!rows) return tl::unexpected<Error>(rows.error());
  Result<std::vector<PlaylistRow>> added = rows_of(database, edit.uris);
  if (!added) return tl::unexpected<Error>(added.error());
  const auto size = static_cast<int>(rows->size());
  Result<std::vector<PlaylistRow>> after = edited(std::move(*rows), edit, std::move(*added));
  if (!after) return tl::unexpected<Error>(after.error());
  int first = edit.position < 0 ? size : edit.position;
  if (edit.kind == PlaylistEdit::Kind::kMove) first = std::min(first, edit.to);
  return write_rows(database, playlist, *after, static_cast<std::size_t>(first));
}

Result<void> apply(store::Database& database, const Playlist& playlist, const PlaylistEdit& edit) {
  const auto id = static_cast<std::int64_t>(std::stoll(playlist.id));
  if (edit.kind == PlaylistEdit::Kind::kRename) {
    const Result<std::string> name = free_name(database, playlist.provider, edit.name, playlist.id);
    if (!name) return tl::unexpected<Error>(name.error());
    auto done = database.execute("UPDATE playlist SET name = ? WHERE id = ?", *name, id);
    if (!done) return library_error(done.error());
  } else if (auto done = change_entries(database, id, edit); !done) {
    return done;
  }
  auto done = database.execute("UPDATE playlist SET version = version + 1, changed_at_s = ? WHERE id = ?", now_s(), id);
  if (!done) return library_error(done.error());
  return {};
}

}  // namespace

Result<std::vector<Playlist>> list_playlists(store::Database& database, const std::string& provider) {
  std::vector<Playlist> playlists;
  auto read = each_row(
      database.query(std::string(kColumns) + "WHERE p.provider = ? ORDER BY p.name COLLATE NOCASE, p.id", provider),
      [&](const Statement& row) { playlists.push_back(playlist_of(row)); });
  if (!read) return tl::unexpected<Error>(read.error());
  return playlists;
}

Result<PlaylistContent> read_playlist(store::Database& database, const std::string& provider, const std::string& id) {
  // One transaction, so that the version is the one of the entries.
  if (auto begun = database.run("BEGIN"); !begun) return library_error(begun.error());
  const auto read = [&]() -> Result<PlaylistContent> {
    Result<Playlist> playlist = find(database, provider, id);
    if (!playlist) return tl::unexpected<Error>(playlist.error());
    const Result<std::vector<PlaylistRow>> rows = read_rows(database, std::stoll(playlist->id));
    if (!rows) return tl::unexpected<Error>(rows.error());
    PlaylistContent content{std::move(*playlist), {}};
    content.entries.reserve(rows->size());
    for (const PlaylistRow& row : *rows) content.entries.push_back(entry_of_row(database, row));
    return content;
  };
  Result<PlaylistContent> content = read();
  (void)database.run("ROLLBACK");
  return content;
}

Result<Playlist> create_playlist(store::Database& database, const std::string& provider, const std::string& name,
                                 const std::vector<std::string>& uris) {
  auto transaction = store::Transaction::begin(database);
  if (!transaction) return library_error(transaction.error());
  const Result<std::vector<Playlist>> others = list_playlists(database, provider);
  if (!others) return tl::unexpected<Error>(others.error());
  if (others->size() >= kPlaylistsMax) {
    return fail(Code::kResourceExhausted, "PLAYLISTS_FULL",
                "there are " + std::to_string(kPlaylistsMax) + " playlists, the most there may be; delete one");
  }
  const Result<std::string> free = free_name(database, provider, name, "");
  if (!free) return tl::unexpected<Error>(free.error());
  const Result<std::vector<PlaylistRow>> rows = rows_of(database, uris);
  if (!rows) return tl::unexpected<Error>(rows.error());
  auto done =
      database.execute("INSERT INTO playlist(provider, name, changed_at_s) VALUES(?, ?, ?)", provider, *free, now_s());
  if (!done) return library_error(done.error());
  const std::int64_t id = database.last_row();
  if (auto written = write_rows(database, id, *rows, 0); !written) return tl::unexpected<Error>(written.error());
  Result<Playlist> playlist = find(database, provider, std::to_string(id));
  if (!playlist) return playlist;
  if (auto committed = transaction->commit(); !committed) return library_error(committed.error());
  return playlist;
}

Result<Playlist> edit_playlist(store::Database& database, const std::string& provider, const std::string& id,
                               const PlaylistEdit& edit) {
  auto transaction = store::Transaction::begin(database);
  if (!transaction) return library_error(transaction.error());
  Result<Playlist> playlist = find(database, provider, id);
  if (!playlist) return playlist;
  if (!edit.version.empty() && edit.version != playlist->version) {
    return fail(Code::kAborted, "PLAYLIST_CHANGED",
                "playlist \"" + playlist->name + "\" is at version " + playlist->version + ", not " +
                    printable(edit.version, 64) + ": read it again and repeat the change");
  }
  if (auto done = apply(database, *playlist, edit); !done)
    return fail_at("playlist \"" + playlist->name + "\"", done.error());
  playlist = find(database, provider, id);
  if (!playlist) return playlist;
  if (auto committed = transaction->commit(); !committed) return library_error(committed.error());
  return playlist;
}

Result<void> delete_playlist(store::Database& database, const std::string& provider, const std::string& id) {
  auto transaction = store::Transaction::begin(database);
  if (!transaction) return library_error(transaction.error());
  const Result<Playlist> playlist = find(database, provider, id);
  if (!playlist) return tl::unexpected<Error>(playlist.error());
  auto done =
      database.execute("DELETE FROM playlist WHERE id = ?", static_cast<std::int64_t>(std::stoll(playlist->id)));
  if (done) done = transaction->commit();
  if (!done) return library_error(done.error());
  return {};
}

}  // namespace segue::catalog
