// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/store/database.h"

namespace segue::catalog {

// The library's connections: one that writes, behind a lock, and some that read and never wait for it. A library in
// memory has only the one. Thread-safe; may block.
class Connections {
 public:
  // A connection of one's own, given back at the end of the scope.
  class Lease {
   public:
    Lease(Connections* owner, std::unique_ptr<store::Database> reader);
    Lease(std::unique_lock<std::mutex> lock, store::Database* writer);
    ~Lease();
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    store::Database& operator*() const { return *database_; }
    store::Database* operator->() const { return database_; }

   private:
    Connections* owner_ = nullptr;
    std::unique_ptr<store::Database> reader_;
    std::unique_lock<std::mutex> lock_;
    store::Database* database_;
  };

  static Result<std::unique_ptr<Connections>> open(const std::string& path);

  Lease write();
  Result<Lease> read();

 private:
  Connections(std::string path, std::unique_ptr<store::Database> writer);
  void give_back(std::unique_ptr<store::Database> reader);

  const std::string path_;
  std::mutex writing_;  // writer_
  std::unique_ptr<store::Database> writer_;
  std::mutex mutex_;  // idle_, readers_
  std::condition_variable is_free_;
  std::vector<std::unique_ptr<store::Database>> idle_;
  int readers_ = 0;  // idle and lent
};

}  // namespace segue::catalog
