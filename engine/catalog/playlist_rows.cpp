// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/playlist_rows.h"

#include <algorithm>
#include <iterator>

#include "engine/base/text.h"
#include "engine/catalog/library_entries.h"
#include "engine/catalog/library_playlists.h"
#include "engine/catalog/library_tracks.h"
#include "engine/catalog/local/clean_text.h"
#include "engine/model/config.h"

namespace segue::catalog {
namespace {

tl::unexpected<Error> bad_position(const std::string& what, std::size_t size) {
  return fail(Code::kInvalidArgument, "PLAYLIST_POSITION_INVALID",
              what + " is not within the playlist's " + std::to_string(size) + " entries");
}

// Kept as it is, so it must be a URI and hold nothing that breaks a line.
bool is_uri(const std::string& uri) {
  if (uri.size() > model::kUriBytesMax) return false;
  const std::size_t colon = uri.find("://");
  if (colon == std::string::npos || colon == 0) return false;
  return std::none_of(uri.begin(), uri.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

}  // namespace

Result<std::vector<PlaylistRow>> edited(std::vector<PlaylistRow> rows, const PlaylistEdit& edit,
                                        std::vector<PlaylistRow> added) {
  const auto size = static_cast<std::int64_t>(rows.size());
  if (edit.kind == PlaylistEdit::Kind::kAdd) {
    const std::int64_t at = edit.position == -1 ? size : edit.position;
    if (at < 0 || at > size) return bad_position("position " + std::to_string(edit.position), rows.size());
    if (rows.size() + added.size() > kPlaylistEntriesMax) {
      return fail(Code::kResourceExhausted, "PLAYLIST_FULL",
                  "a playlist has at most " + std::to_string(kPlaylistEntriesMax) + " entries; begin another one");
    }
    rows.insert(rows.begin() + at, std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
    return rows;
  }
  const std::int64_t first = edit.position, count = edit.count, to = edit.to;
  if (first < 0 || count < 1 || first + count > size) {
    return bad_position("entry " + std::to_string(first) + " with " + std::to_string(count) + " in all", rows.size());
  }
  const auto begin = rows.begin() + first, end = begin + count;
  if (edit.kind == PlaylistEdit::Kind::kRemove) {
    rows.erase(begin, end);
    return rows;
  }
  if (to < 0 || to + count > size) return bad_position("destination " + std::to_string(to), rows.size());
  if (to < first) {
    std::rotate(rows.begin() + to, begin, end);
  } else {
    std::rotate(begin, end, end + (to - first));
  }
  return rows;
}

Result<std::vector<PlaylistRow>> read_rows(store::Database& database, std::int64_t playlist) {
  std::vector<PlaylistRow> rows;
  auto read = each_row(
      database.query("SELECT uri, title, artist, duration_s FROM playlist_entry WHERE playlist = ? "
                     "ORDER BY position",
                     playlist),
      [&](const store::Statement& row) {
        rows.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), row.real(3)});
      });
  if (!read) return tl::unexpected<Error>(read.error());
  return rows;
}

Result<void> write_rows(store::Database& database, std::int64_t playlist, const std::vector<PlaylistRow>& rows,
                        std::size_t first) {
  auto done = database.execute("DELETE FROM playlist_entry WHERE playlist = ? AND position >= ?", playlist,
                               static_cast<std::int64_t>(first));
  if (!done) return library_error(done.error());
  auto insert = database.prepare("INSERT INTO playlist_entry VALUES(?, ?, ?, ?, ?, ?)");
  if (!insert) return library_error(insert.error());
  for (std::size_t i = first; i < rows.size(); ++i) {
    const PlaylistRow& row = rows[i];
    done = insert->with(playlist, static_cast<std::int64_t>(i), row.uri, row.title, row.artist, row.duration_s).run();
    if (!done) return library_error(done.error());
  }
  return {};
}

Result<std::vector<PlaylistRow>> rows_of(store::Database& database, const std::vector<std::string>& uris) {
  if (uris.size() > kPlaylistEntriesMax) {
    return fail(Code::kResourceExhausted, "PLAYLIST_FULL",
                "a playlist has at most " + std::to_string(kPlaylistEntriesMax) + " entries; begin another one");
  }
  std::vector<PlaylistRow> rows;
  rows.reserve(uris.size());
  for (const std::string& uri : uris) {
    if (!is_uri(uri)) {
      return fail(Code::kInvalidArgument, "PLAYLIST_URI_INVALID",
                  printable(uri, 200) + ": not a track's URI; write segue://, file:/// or http(s)://");
    }
    const Result<Entry> entry = find_track(database, uri);
    if (!entry && entry.error().code != Code::kNotFound) return tl::unexpected<Error>(entry.error());
    rows.push_back(entry ? PlaylistRow{uri, entry->title, entry->artist, entry->duration_s}
                         : PlaylistRow{uri, {}, {}, 0});
  }
  return rows;
}

Entry entry_of_row(store::Database& database, const PlaylistRow& row) {
  Result<Entry> known = find_track(database, row.uri);
  if (known) {
    known->uri = row.uri;
    return std::move(*known);
  }
  Entry entry;
  entry.uri = row.uri;
  entry.title = row.title.empty() ? clean_text(row.uri) : row.title;
  entry.artist = row.artist;
  entry.duration_s = row.duration_s;
  constexpr std::string_view kScheme = "segue://";
  const std::size_t slash = row.uri.find('/', kScheme.size());
  if (!row.uri.starts_with(kScheme) || slash == std::string::npos) return entry;
  entry.provider = row.uri.substr(kScheme.size(), slash - kScheme.size());
  entry.id = row.uri.substr(slash + 1);
  // Another provider may well have what this library has not been told of.
  const Result<std::int64_t> is_local = [&]() -> Result<std::int64_t> {
    auto statement = database.query("SELECT count(*) FROM root WHERE provider = ?", entry.provider);
    if (!statement) return tl::unexpected<Error>(statement.error());
    const Result<bool> found = statement->step();
    if (!found) return tl::unexpected<Error>(found.error());
    return *found ? statement->integer(0) : 0;
  }();
  if (is_local && *is_local > 0) {
    entry.is_available = false;
    entry.reason = "MISSING: the file is no longer in the library's folders";
  }
  return entry;
}

}  // namespace segue::catalog
