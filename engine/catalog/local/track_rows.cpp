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
  auto lease = connections_.write();
  return lease->execute("UPDATE root SET reason = ? WHERE id = ? AND reason <> ?", reason, root, reason);
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

Result<void> TrackRows::write(const std::vector<FileChange>& changes) {
  if (changes.empty()) return {};
  auto lease = connections_.write();
  auto transaction = store::Transaction::begin(*lease);
  if (!transaction) return tl::unexpected<Error>(transaction.error());
  Folders made;
  for (const FileChange& change : changes) {
    const Result<std::int64_t> folder = folder_row(*lease, change, change.folder, made);
    if (!folder) return tl::unexpected<Error>(folder.error());
    if (auto done = write_one(*lease, change, *folder); !done) return done;
  }
  return transaction->commit();
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
  auto lease = connections_.write();
  if (cover.empty()) return lease->execute("UPDATE folder SET cover = NULL WHERE id = ?", folder);
  return lease->execute("UPDATE folder SET cover = ? WHERE id = ?", Blob{cover}, folder);
}

Result<std::int64_t> TrackRows::remove(const std::vector<Vanished>& files) {
  auto lease = connections_.write();
  auto transaction = store::Transaction::begin(*lease);
  if (!transaction) return tl::unexpected<Error>(transaction.error());
  std::int64_t removed = 0;
  for (const Vanished& file : files) {
    // A file that was found elsewhere meanwhile stays.
    auto is_there = lease->query("SELECT 1 FROM source WHERE id = ? AND folder = ? AND name = ?", file.source,
                                 file.folder, Blob{file.name});
    if (!is_there) return tl::unexpected<Error>(is_there.error());
    const Result<bool> row = is_there->step();
    if (!row) return tl::unexpected<Error>(row.error());
    if (!*row) continue;
    auto done = unindex_source(*lease, file.source);
    if (done) done = lease->execute("DELETE FROM source WHERE id = ?", file.source);
    if (!done) return tl::unexpected<Error>(done.error());
    ++removed;
  }
  if (auto done = transaction->commit(); !done) return tl::unexpected<Error>(done.error());
  return removed;
}

Result<void> TrackRows::prune(std::int64_t root) {
  auto lease = connections_.write();
  for (int depth = 0; depth <= kDepthMax; ++depth) {
    auto done = lease->execute(
        "DELETE FROM folder WHERE root = ? AND parent IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM source s WHERE s.folder = folder.id) "
        "AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.parent = folder.id)",
        root);
    if (!done || lease->changes() == 0) return done;
  }
  return {};
}

}  // namespace segue::catalog
