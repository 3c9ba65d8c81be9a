// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_tracks.h"

#include <charconv>
#include <chrono>
#include <optional>

#include "engine/base/text.h"
#include "engine/catalog/library_entries.h"
#include "engine/catalog/local/clean_text.h"

namespace segue::catalog {
namespace {

using store::Blob;
using store::Statement;

constexpr int kPage = 500;                        // Provider::browse
constexpr std::size_t kMessageBytes = 200;        // of an id in a message
constexpr std::int64_t kRememberedMax = 200'000;  // tracks of other providers: some 100 MB
constexpr std::size_t kIdBytesMax = 1'024;        // an address as an id

const std::string& entry_sql() {
  static const std::string kSql = std::string("SELECT ") + kEntryColumns + " FROM source s" + kEntryJoins;
  return kSql;
}

tl::unexpected<Error> missing(const std::string& what) {
  return fail(Code::kNotFound, "TRACK_MISSING", printable(what, kMessageBytes) + ": the library has no such track");
}

template <typename... Values>
Result<std::optional<Entry>> one(store::Database& database, const std::string& where, const Values&... values) {
  std::optional<Entry> entry;
  auto read =
      each_row(database.query(entry_sql() + where, values...), [&](const Statement& row) { entry = entry_of(row); });
  if (!read) return tl::unexpected<Error>(read.error());
  return entry;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The path of a file:// URI; empty if it is none.
std::string path_of_file_uri(std::string_view uri) {
  constexpr std::string_view kScheme = "file://";
  if (!uri.starts_with(kScheme)) return {};
  uri.remove_prefix(kScheme.size());
  if (uri.starts_with("localhost/")) uri.remove_prefix(std::string_view("localhost").size());
  std::string path;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    if (uri[i] != '%') {
      path += uri[i];
      continue;
    }
    if (i + 2 >= uri.size() || digit(uri[i + 1]) < 0 || digit(uri[i + 2]) < 0) return {};
    path += static_cast<char>(digit(uri[i + 1]) * 16 + digit(uri[i + 2]));
    i += 2;
  }
  return path.starts_with('/') ? path : std::string();
}

// A folder's row: what stands for the root of the tree if `node` is empty. With one folder that is the folder itself,
// for nobody wants a level with a single entry.
Result<std::int64_t> folder_of(store::Database& database, const std::string& provider, const std::string& node) {
  std::int64_t id = 0, found = 0;
  const std::optional<std::int64_t> wanted = node.empty() ? 0 : whole_number(node);
  auto read = each_row(database.query("SELECT f.id FROM folder f JOIN root r ON r.id = f.root WHERE r.provider = ? "
                                      "AND (f.id = ? OR (? AND f.parent IS NULL))",
                                      provider, wanted.value_or(0), node.empty()),
                       [&](const Statement& row) {
                         id = row.integer(0);
                         ++found;
                       });
  if (!read) return tl::unexpected<Error>(read.error());
  if (node.empty()) return found == 1 ? id : 0;
  if (found == 0 || !wanted) {
    return fail(Code::kNotFound, "FOLDER_MISSING", printable(node, kMessageBytes) + ": the library has no such folder");
  }
  return id;
}

}  // namespace

Result<Entry> get_track(store::Database& database, const std::string& provider, const std::string& id) {
  const auto entry = one(database, "WHERE s.provider = ? AND s.key = ?", provider, id);
  if (!entry) return tl::unexpected<Error>(entry.error());
  if (!*entry) return missing(provider + "/" + id);
  return **entry;
}

Result<Entry> find_track(store::Database& database, const std::string& uri) {
  auto entry = one(database, "WHERE s.uri = ?", uri);
  if (!entry) return tl::unexpected<Error>(entry.error());
  if (*entry) return **entry;
  constexpr std::string_view kScheme = "segue://";
  if (uri.starts_with(kScheme)) {
    const std::size_t slash = uri.find('/', kScheme.size());
    if (slash == std::string::npos) return missing(uri);
    entry = one(database, "WHERE s.provider = ? AND s.key = ? AND s.folder IS NOT NULL",
                uri.substr(kScheme.size(), slash - kScheme.size()), uri.substr(slash + 1));
  } else if (const std::string path = path_of_file_uri(uri); !path.empty()) {
    const std::size_t slash = path.rfind('/');
    entry = one(database, "WHERE s.name = ? AND s.folder IN (SELECT id FROM folder WHERE path = ?) LIMIT 1",
                Blob{std::string_view(path).substr(slash + 1)}, Blob{std::string_view(path).substr(0, slash)});
  }
  if (!entry) return tl::unexpected<Error>(entry.error());
  if (!*entry) return missing(uri);
  return **entry;
}

Result<Listing> browse_folder(store::Database& database, const std::string& provider, const std::string& node,
                              const std::string& page) {
  const std::optional<std::int64_t> offset = page.empty() ? 0 : whole_number(page);
  if (!offset)
    return fail(Code::kInvalidArgument, "PAGE_INVALID", "page " + printable(page, kMessageBytes) + " is none of ours");
  const Result<std::int64_t> folder = folder_of(database, provider, node);
  if (!folder) return tl::unexpected<Error>(folder.error());
  Listing listing;
  std::int64_t folders = 0;
  auto read =
      each_row(database.query("SELECT f.id, f.name, (SELECT count(*) FROM source s WHERE s.folder = f.id), "
                              "count(*) OVER () FROM folder f JOIN root r ON r.id = f.root "
                              "WHERE r.provider = ?1 AND ((?2 <> 0 AND f.parent = ?2) OR "
                              "(?2 = 0 AND f.parent IS NULL)) ORDER BY f.name COLLATE NOCASE, f.id LIMIT ?3 OFFSET ?4",
                              provider, *folder, kPage, *offset),
               [&](const Statement& row) {
                 folders = row.integer(3);
                 listing.nodes.push_back({std::to_string(row.integer(0)), std::string(row.text(1)), "folder",
                                          static_cast<int>(row.integer(2))});
               });
  if (!read) return tl::unexpected<Error>(read.error());
  if (folders == 0 && *offset > 0) {  // past them all: how many there are decides where the tracks begin
    read = each_row(database.query("SELECT count(*) FROM folder WHERE parent = ?", *folder),
                    [&](const Statement& row) { folders = row.integer(0); });
    if (!read) return tl::unexpected<Error>(read.error());
  }
  const std::int64_t room = kPage - static_cast<std::int64_t>(listing.nodes.size());
  const std::int64_t skipped = std::max<std::int64_t>(0, *offset - folders);
  if (*folder != 0) {
    // One more than there is room for tells that there is another page.
    read = each_row(
        database.query(entry_sql() + "WHERE s.folder = ? ORDER BY s.name LIMIT ? OFFSET ?", *folder, room + 1, skipped),
        [&](const Statement& row) { listing.entries.push_back(entry_of(row)); });
    if (!read) return tl::unexpected<Error>(read.error());
  }
  const bool has_more_folders = *offset + static_cast<std::int64_t>(listing.nodes.size()) < folders;
  const bool has_more = has_more_folders || static_cast<std::int64_t>(listing.entries.size()) > room;
  if (has_more && !listing.entries.empty()) listing.entries.resize(static_cast<std::size_t>(room));
  if (has_more) listing.next = std::to_string(*offset + kPage);
  return listing;
}

Result<std::string> path_of_track(store::Database& database, const std::string& provider, const std::string& id) {
  std::string path;
  auto read = each_row(database.query("SELECT f.path, s.name FROM source s JOIN folder f ON f.id = s.folder "
                                      "WHERE s.provider = ? AND s.key = ?",
                                      provider, id),
                       [&](const Statement& row) { path = std::string(row.text(0)) + "/" + std::string(row.text(1)); });
  if (!read) return tl::unexpected<Error>(read.error());
  if (path.empty()) return missing(provider + "/" + id);
  return path;
}

Result<std::int64_t> count_tracks(store::Database& database, const std::string& provider) {
  std::int64_t count = 0;
  auto read = each_row(database.query("SELECT count(*) FROM source WHERE provider = ?", provider),
                       [&](const Statement& row) { count = row.integer(0); });
  if (!read) return tl::unexpected<Error>(read.error());
  return count;
}

namespace {

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Result<void> remember_one(store::Database& database, const Entry& entry) {
  const std::string key = entry.id.empty() ? entry.uri : entry.id;
  if (entry.uri.empty() || entry.uri.size() > kIdBytesMax || key.size() > kIdBytesMax) return {};
  const auto text = [](const std::string& value) { return clean_text(value); };
  // The provider of local folders is asked itself; what is known of its files is here already.
  std::int64_t track = 0;
  bool is_local = false;
  auto read = each_row(database.query("SELECT track, folder IS NOT NULL FROM source WHERE provider = ?1 AND key = ?2 "
                                      "UNION ALL SELECT 0, 1 FROM root WHERE provider = ?1",
                                      entry.provider, key),
                       [&](const Statement& row) {
                         if (row.integer(0) != 0) track = row.integer(0);
                         is_local |= row.integer(1) != 0;
                       });
  if (!read || is_local) return read;
  if (track == 0) {
    auto done = database.execute(
        "INSERT INTO track(title, artist, album, album_artist, genre, year, track_number, duration_s, bpm, key, isrc, "
        "musicbrainz_id, added_at_s) VALUES('', '', '', '', '', 0, 0, 0, 0, '', '', '', ?)",
        entry.added_at_s);
    if (!done) return done;
    track = database.last_row();
  }
  auto done = database.execute(
      "UPDATE track SET title = ?, artist = ?, album = ?, album_artist = ?, genre = ?, year = ?, track_number = ?, "
      "duration_s = ?, bpm = ?, key = ?, isrc = ?, musicbrainz_id = ? WHERE id = ?",
      text(entry.title), text(entry.artist), text(entry.album), text(entry.album_artist), text(entry.genre), entry.year,
      entry.track_number, entry.duration_s, entry.bpm, text(entry.key), text(entry.isrc), text(entry.musicbrainz_id),
      track);
  if (!done) return done;
  return database.execute(
      "INSERT INTO source(track, provider, key, uri, size_bytes, codec, bitrate_kbps, sample_rate_hz, bits, is_live, "
      "artwork, seen_at_s) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET uri = excluded.uri, "
      "size_bytes = excluded.size_bytes, codec = excluded.codec, bitrate_kbps = excluded.bitrate_kbps, "
      "sample_rate_hz = excluded.sample_rate_hz, bits = excluded.bits, is_live = excluded.is_live, "
      "artwork = excluded.artwork, seen_at_s = excluded.seen_at_s",
      track, entry.provider, key, entry.uri, entry.size_bytes, text(entry.codec), entry.bitrate_kbps,
      entry.sample_rate_hz, entry.bits, entry.is_live, clean_text(entry.artwork, kIdBytesMax), now_s());
}

// The longest unseen that no playlist names make room.
Result<void> forget_oldest(store::Database& database) {
  std::int64_t count = 0;
  auto read = each_row(database.query("SELECT count(*) FROM source WHERE folder IS NULL"),
                       [&](const Statement& row) { count = row.integer(0); });
  if (!read || count <= kRememberedMax) return read;
  return database.execute(
      "DELETE FROM source WHERE id IN (SELECT s.id FROM source s WHERE s.folder IS NULL AND NOT EXISTS "
      "(SELECT 1 FROM playlist_entry e WHERE e.uri = s.uri) ORDER BY s.seen_at_s LIMIT ?)",
      count - kRememberedMax + kRememberedMax / 10);
}

}  // namespace

Result<void> remember_tracks(store::Database& database, const std::vector<Entry>& entries) {
  if (entries.empty()) return {};
  auto transaction = store::Transaction::begin(database);
  if (!transaction) return library_error(transaction.error());
  for (const Entry& entry : entries) {
    if (auto done = remember_one(database, entry); !done) return library_error(done.error());
  }
  if (auto done = forget_oldest(database); !done) return library_error(done.error());
  if (auto done = transaction->commit(); !done) return library_error(done.error());
  return {};
}

}  // namespace segue::catalog
