// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/local/track_rows.h"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <sys/stat.h>

#include "engine/catalog/library_connections.h"
#include "engine/catalog/library_index.h"
#include "engine/catalog/local/clean_text.h"
#include "engine/catalog/local/tags.h"
#include "engine/catalog/local/track_key.h"

namespace segue::catalog {
namespace {

using store::Blob;
using store::Database;
using store::Statement;

constexpr int kSaltsMax = 16;  // two paths with the same 64-bit hash are a curiosity

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// For each row of the query one call; ends at the first failure.
template <typename Visit>
Result<void> each_row(Result<Statement> statement, Visit visit) {
  if (!statement) return tl::unexpected<Error>(statement.error());
  for (;;) {
    const Result<bool> row = statement->step();
    if (!row) return tl::unexpected<Error>(row.error());
    if (!*row) return {};
    visit(*statement);
  }
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

constexpr std::chrono::milliseconds kTransactionMax{50};  // what nobody notices who edits a playlist meanwhile

// each(database, i) for i from 0 to `count`, in transactions. Copies `each`.
template <typename Each>
Connections::Turn in_transactions(const Connections& connections, std::size_t count, Each each) {
  return [&connections, count, each, at = std::size_t{0}](Database& database) mutable -> Result<bool> {
    auto transaction = store::Transaction::begin(database);
    if (!transaction) return tl::unexpected<Error>(transaction.error());
    const auto end = std::chrono::steady_clock::now() + kTransactionMax;
    while (at < count) {
      if (auto done = each(database, at); !done) return tl::unexpected<Error>(done.error());
      ++at;
      if (connections.is_edit_waiting() || std::chrono::steady_clock::now() >= end) break;
    }
    if (auto done = transaction->commit(); !done) return tl::unexpected<Error>(done.error());
    return at < count;
  };
}

bool leads_nowhere(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

}  // namespace

Result<std::vector<Root>> TrackRows::set_roots(const std::vector<std::string>& paths) {
  auto lease = connections_.write();
  auto transaction = store::Transaction::begin(*lease);
  if (!transaction) return tl::unexpected<Error>(transaction.error());
  std::vector<Root> roots, gone;
  for (const std::string& path : paths) {
    auto added =
        lease->execute("INSERT INTO root(provider, path) VALUES(?, ?) ON CONFLICT DO NOTHING", provider_, Blob{path});
    if (!added) return tl::unexpected<Error>(added.error());
  }
  auto read = each_row(lease->query("SELECT id, path, reason FROM root WHERE provider = ? ORDER BY id", provider_),
                       [&](const Statement& row) {
                         Root root{row.integer(0), std::string(row.text(1)), std::string(row.text(2))};
                         const bool is_wanted = std::find(paths.begin(), paths.end(), root.path) != paths.end();
                         (is_wanted ? roots : gone).push_back(std::move(root));
                       });
  if (!read) return tl::unexpected<Error>(read.error());
  for (const Root& root : gone) {
    auto done = unindex_root(*lease, root.id);
    if (done) done = lease->execute("DELETE FROM root WHERE id = ?", root.id);
    if (!done) return tl::unexpected<Error>(done.error());
  }
  if (auto done = transaction->commit(); !done) return tl::unexpected<Error>(done.error());
  return roots;
}

Result<void> TrackRows::set_reason(std::int64_t root, const std::string& reason) {
  return write_soon("UPDATE root SET reason = ?2 WHERE id = ?1 AND reason <> ?2", root, reason);
}

Result<bool> TrackRows::has_files(std::int64_t root) {
  auto lease = connections_.read();
  if (!lease) return tl::unexpected<Error>(lease.error());
  bool has_any = false;
  auto read = each_row(
      (*lease)->query("SELECT 1 FROM source s JOIN folder f ON f.id = s.folder WHERE f.root = ? LIMIT 1", root),
      [&](const Statement&) { has_any = true; });
  if (!read) return tl::unexpected<Error>(read.error());
  return has_any;
}

Result<KnownFolder> TrackRows::known(std::int64_t root, const std::string& path) {
  auto lease = connections_.read();
  if (!lease) return tl::unexpected<Error>(lease.error());
  Database& database = **lease;
  KnownFolder folder;
  auto read = each_row(database.query("SELECT id, cover FROM folder WHERE root = ? AND path = ?", root, Blob{path}),
                       [&](const Statement& row) {
                         folder.id = row.integer(0);
                         folder.cover = row.text(1);
                       });
  if (!read || folder.id == 0) return read.map([&] { return std::move(folder); });
  read = each_row(
      database.query("SELECT name, id, size_bytes, mtime_ns, inode, reason FROM source WHERE folder = ?", folder.id),
      [&](const Statement& row) {
        folder.files.emplace(
            row.text(0),
            KnownFile{row.integer(1), {row.integer(2), row.integer(3), row.integer(4)}, std::string(row.text(5))});
      });
  if (!read) return tl::unexpected<Error>(read.error());
  read = each_row(database.query("SELECT path, id FROM folder WHERE parent = ?", folder.id),
                  [&](const Statement& row) { folder.folders.emplace(row.text(0), row.integer(1)); });
  if (!read) return tl::unexpected<Error>(read.error());
  return folder;
}

Result<std::int64_t> TrackRows::find_moved(const DiskFile& file) {
  if (file.mark.size_bytes == 0) return 0;  // nothing tells empty files apart
  auto lease = connections_.read();
  if (!lease) return tl::unexpected<Error>(lease.error());
  std::int64_t moved = 0;
  auto read = each_row((*lease)->query("SELECT s.id, f.path, s.name FROM source s JOIN folder f ON f.id = s.folder "
                                       "JOIN root r ON r.id = f.root "
                                       "WHERE s.size_bytes = ? AND s.mtime_ns = ? AND s.folder IS NOT NULL "
                                       "AND s.provider = ? AND r.reason = '' AND (s.inode = ? OR s.name = ?) "
                                       "ORDER BY s.inode <> ? LIMIT 8",
                                       file.mark.size_bytes, file.mark.mtime_ns, provider_, file.mark.inode,
                                       Blob{file.name}, file.mark.inode),
                       [&](const Statement& row) {
                         const std::string path = std::string(row.text(1)) + "/" + std::string(row.text(2));
                         if (moved == 0 && leads_nowhere(path)) moved = row.integer(0);
                       });
  if (!read) return tl::unexpected<Error>(read.error());
  return moved;
}

Result<std::vector<Vanished>> TrackRows::files_below(std::int64_t root, std::int64_t folder) {
  auto lease = connections_.read();
  if (!lease) return tl::unexpected<Error>(lease.error());
  std::vector<Vanished> files;
  auto read = each_row((*lease)->query("WITH RECURSIVE below(id) AS (VALUES(?) UNION ALL "
                                       "SELECT f.id FROM folder f JOIN below b ON f.parent = b.id) "
                                       "SELECT s.id, s.folder, s.name FROM below b JOIN source s ON s.folder = b.id",
                                       folder),
                       [&](const Statement& row) {
                         files.push_back({root, row.integer(0), row.integer(1), std::string(row.text(2))});
                       });
  if (!read) return tl::unexpected<Error>(read.error());
  return files;
}

std::future<Result<void>> TrackRows::write(std::vector<FileChange> changes) {
  const std::size_t count = changes.size();
  const auto each = [this, changes = std::move(changes), made = Folders()](Database& database,
                                                                           std::size_t i) mutable -> Result<void> {
    const Result<std::int64_t> folder = folder_row(database, changes[i], changes[i].folder, made);
    if (!folder) return tl::unexpected<Error>(folder.error());
    return write_one(database, changes[i], *folder);
  };
  return connections_.in_background(in_transactions(connections_, count, each));
}

// The folder's row, made with all above it up to the root if need be.
Result<std::int64_t> TrackRows::folder_row(Database& database, const FileChange& change, const std::string& path,
                                           Folders& made) {
  if (const auto found = made.find(path); found != made.end()) return found->second;
  std::int64_t id = 0;
  std::string root;
  auto read =
      each_row(database.query("SELECT r.path, f.id FROM root r LEFT JOIN folder f ON f.root = r.id AND f.path = ? "
                              "WHERE r.id = ?",
                              Blob{path}, change.root),
               [&](const Statement& row) {
                 root = row.text(0);
                 id = row.integer(1);
               });
  if (!read) return tl::unexpected<Error>(read.error());
  if (id == 0) {
    Result<std::int64_t> parent = 0;
    if (path.size() > root.size()) parent = folder_row(database, change, parent_of(path), made);
    if (!parent) return parent;
    const std::string name = clean_text(path.substr(path.rfind('/') + 1));
    const std::string_view cover = path == change.folder ? change.cover : std::string_view();
    auto done = database.execute(
        "INSERT INTO folder(root, parent, path, name, cover) VALUES(?, nullif(?, 0), ?, ?, nullif(?, x''))",
        change.root, *parent, Blob{path}, name, Blob{cover});
    if (!done) return tl::unexpected<Error>(done.error());
    id = database.last_row();
  }
  made.emplace(path, id);
  return id;
}

Result<void> TrackRows::write_one(Database& database, const FileChange& change, std::int64_t folder) {
  if (change.kind == FileChange::Kind::kAdded) return add(database, change, folder);
  if (auto done = unindex_source(database, change.source); !done) return done;
  auto done = change.kind == FileChange::Kind::kMoved ? move(database, change, folder) : update(database, change);
  return done ? index_source(database, change.source) : done;
}

Result<void> TrackRows::move(Database& database, const FileChange& change, std::int64_t folder) {
  auto done = database.execute("UPDATE source SET folder = ?, name = ?, inode = ? WHERE id = ?", folder,
                               Blob{change.file.name}, change.file.mark.inode, change.source);
  if (!done) return done;
  return database.execute("UPDATE track SET file = ? WHERE id = (SELECT track FROM source WHERE id = ?)",
                          title_of_name(change.file.name), change.source);
}

Result<void> TrackRows::update(Database& database, const FileChange& change) {
  const FileMark& mark = change.file.mark;
  const Entry& tags = change.tags;
  auto done = database.execute(
      "UPDATE source SET size_bytes = ?, mtime_ns = ?, inode = ?, codec = ?, bitrate_kbps = ?, sample_rate_hz = ?, "
      "bits = ?, artwork = ?, reason = ? WHERE id = ?",
      mark.size_bytes, mark.mtime_ns, mark.inode, tags.codec, tags.bitrate_kbps, tags.sample_rate_hz, tags.bits,
      tags.artwork, change.reason, change.source);
  if (!done) return done;
  return database.execute(
      "UPDATE track SET title = ?, artist = ?, album = ?, album_artist = ?, genre = ?, year = ?, track_number = ?, "
      "duration_s = ?, bpm = ?, key = ?, isrc = ?, musicbrainz_id = ? WHERE id = (SELECT track FROM source WHERE id = "
      "?)",
      tags.title, tags.artist, tags.album, tags.album_artist, tags.genre, tags.year, tags.track_number, tags.duration_s,
      tags.bpm, tags.key, tags.isrc, tags.musicbrainz_id, change.source);
}

Result<void> TrackRows::add(Database& database, const FileChange& change, std::int64_t folder) {
  const Entry& tags = change.tags;
  auto done = database.execute(
      "INSERT INTO track(title, artist, album, album_artist, genre, file, year, track_number, duration_s, bpm, key, "
      "isrc, "
      "musicbrainz_id, added_at_s) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      tags.title, tags.artist, tags.album, tags.album_artist, tags.genre, title_of_name(change.file.name), tags.year,
      tags.track_number, tags.duration_s, tags.bpm, tags.key, tags.isrc, tags.musicbrainz_id, now_s());
  if (!done) return done;
  const std::int64_t track = database.last_row();
  const FileMark& mark = change.file.mark;
  const std::string path = change.folder + "/" + change.file.name;
  for (int salt = 0; salt < kSaltsMax; ++salt) {
    done = database.execute(
        "INSERT INTO source(track, provider, key, folder, name, mtime_ns, inode, size_bytes, codec, bitrate_kbps, "
        "sample_rate_hz, bits, artwork, reason) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT(provider, key) DO NOTHING",
        track, provider_, track_key(path, salt), folder, Blob{change.file.name}, mark.mtime_ns, mark.inode,
        mark.size_bytes, tags.codec, tags.bitrate_kbps, tags.sample_rate_hz, tags.bits, tags.artwork, change.reason);
    if (!done) return done;
    if (database.changes() == 1) return index_source(database, database.last_row());
  }
  return fail(Code::kInternal, "STORE_FAILED", "no id is left for a track");
}

Result<void> TrackRows::set_cover(std::int64_t folder, const std::string& cover) {
  return write_soon("UPDATE folder SET cover = nullif(?2, x'') WHERE id = ?1", folder, Blob{cover});
}

template <typename... Values>
Result<void> TrackRows::write_soon(const char* sql, const Values&... values) {
  const auto turn = [&](Database& database) -> Result<bool> {
    return database.execute(sql, values...).map([] { return false; });
  };
  return connections_.in_background(turn).get();
}

Result<std::int64_t> TrackRows::remove(const std::vector<Vanished>& files) {
  std::int64_t removed = 0;
  const auto each = [&](Database& database, std::size_t i) -> Result<void> {
    // A file that was found elsewhere meanwhile stays.
    bool is_there = false;
    auto done = each_row(database.query("SELECT 1 FROM source WHERE id = ? AND folder = ? AND name = ?",
                                        files[i].source, files[i].folder, Blob{files[i].name}),
                         [&](const Statement&) { is_there = true; });
    if (!done || !is_there) return done;
    done = unindex_source(database, files[i].source);
    if (done) done = database.execute("DELETE FROM source WHERE id = ?", files[i].source);
    if (done) ++removed;
    return done;
  };
  const auto done = connections_.in_background(in_transactions(connections_, files.size(), each)).get();
  if (!done) return tl::unexpected<Error>(done.error());
  return removed;
}

Result<void> TrackRows::prune(std::int64_t root) {
  const auto turn = [root, depth = 0](Database& database) mutable -> Result<bool> {
    auto done = database.execute(
        "DELETE FROM folder WHERE root = ? AND parent IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM source s WHERE s.folder = folder.id) "
        "AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.parent = folder.id)",
        root);
    return done.map([&] { return database.changes() > 0 && ++depth <= kDepthMax; });
  };
  return connections_.in_background(turn).get();
}

}  // namespace segue::catalog
