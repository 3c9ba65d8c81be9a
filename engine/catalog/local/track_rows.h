// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <future>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "engine/catalog/entry.h"
#include "engine/catalog/local/disk_folder.h"

namespace segue::store {
class Database;
}

namespace segue::catalog {

class Connections;

struct Root {
  std::int64_t id = 0;
  std::string path;
  std::string reason;  // why none of its files is there; empty: they are
};

// A file as the database has it.
struct KnownFile {
  std::int64_t source = 0;
  FileMark mark;
  std::string reason;
};

struct KnownFolder {
  std::int64_t id = 0;  // 0: none
  std::string cover;
  std::unordered_map<std::string, KnownFile> files;       // by name
  std::unordered_map<std::string, std::int64_t> folders;  // by path
};

// A file to be written: new, changed, or known under another path.
struct FileChange {
  enum class Kind { kAdded, kChanged, kMoved };
  Kind kind = Kind::kAdded;
  std::int64_t root = 0;
  std::string folder;  // path
  std::string cover;   // of the folder, should its row be made now
  DiskFile file;
  Entry tags;               // not for kMoved
  std::string reason;       // why it cannot be played; empty: it can
  std::int64_t source = 0;  // kChanged and kMoved
};

// A file that is no longer where it was.
struct Vanished {
  std::int64_t root = 0;
  std::int64_t source = 0;
  std::int64_t folder = 0;
  std::string name;
};

// The rows of one provider's folders, as its scanner writes them: in background turns of the Connections, each a
// transaction that ends once an edit waits. One thread; may block.
class TrackRows {
 public:
  TrackRows(Connections& connections, std::string provider)
      : connections_(connections), provider_(std::move(provider)) {}

  // The provider's roots are these from now on; tracks of others go.
  Result<std::vector<Root>> set_roots(const std::vector<std::string>& paths);
  Result<void> set_reason(std::int64_t root, const std::string& reason);
  Result<bool> has_files(std::int64_t root);

  Result<KnownFolder> known(std::int64_t root, const std::string& path);
  // The known file that this new one is, moved here: same size and time, same inode or name, and its old path leads
  // nowhere. 0: none.
  Result<std::int64_t> find_moved(const DiskFile& file);
  Result<std::vector<Vanished>> files_below(std::int64_t root, std::int64_t folder);

  // Returns at once; outlives the answer.
  std::future<Result<void>> write(std::vector<FileChange> changes);
  Result<void> set_cover(std::int64_t folder, const std::string& cover);
  // Those that are still where they vanished from; says how many. Then prune() takes the folders left empty.
  Result<std::int64_t> remove(const std::vector<Vanished>& files);
  Result<void> prune(std::int64_t root);

 private:
  template <typename... Values>
  Result<void> write_soon(const char* sql, const Values&... values);
  using Folders = std::unordered_map<std::string, std::int64_t>;
  Result<std::int64_t> folder_row(store::Database& database, const FileChange& change, const std::string& path,
                                  Folders& made);
  Result<void> write_one(store::Database& database, const FileChange& change, std::int64_t folder);
  Result<void> move(store::Database& database, const FileChange& change, std::int64_t folder);
  Result<void> update(store::Database& database, const FileChange& change);
  Result<void> add(store::Database& database, const FileChange& change, std::int64_t folder);

  Connections& connections_;
  const std::string provider_;
};

}  // namespace segue::catalog
