// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/result.h"
#include "engine/store/database.h"

namespace segue::catalog {

// The library's connections: one that writes, lent to one at a time, and some that read and never wait for it. People's
// edits go before scans: what a scan writes runs in turns on a thread of its own, `segue-library`, which has the usual
// priority, because a scanner at the lowest would hold the connection for as long as others keep the processors busy.
// A library in memory has only the one connection. Thread-safe; may block.
class Connections {
 public:
  // A connection of one's own, given back at the end of the scope.
  class Lease {
   public:
    Lease(Connections* owner, std::unique_ptr<store::Database> reader);
    Lease(Connections* owner, store::Database* writer) : owner_(owner), database_(writer) {}
    ~Lease();
    Lease(Lease&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), reader_(std::move(other.reader_)), database_(other.database_) {}
    Lease& operator=(Lease&&) = delete;
    store::Database& operator*() const { return *database_; }
    store::Database* operator->() const { return database_; }

   private:
    Connections* owner_;
    std::unique_ptr<store::Database> reader_;  // null: the writer
    store::Database* database_;
  };

  static Result<std::unique_ptr<Connections>> open(const std::string& path);
  ~Connections();  // after the turns that wait
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // For an edit: before all turns that wait, and the one that runs is asked to end.
  Lease write();
  Result<Lease> read();

  // Part of a longer piece of writing; true if there is more. It is to end soon once an edit waits.
  using Turn = std::function<Result<bool>(store::Database&)>;
  // Runs `turn` until there is no more, letting edits go first in between. The answer comes with the end.
  std::future<Result<void>> in_background(Turn turn);
  bool is_edit_waiting() const { return edits_waiting_ > 0; }

 private:
  struct Work {
    Turn turn;
    std::promise<Result<void>> done;
  };
  Connections(std::string path, std::unique_ptr<store::Database> writer);
  void take_turns(const std::stop_token& stop);
  void give_back(std::unique_ptr<store::Database> reader);
  void give_back_writer();

  const std::string path_;
  const std::unique_ptr<store::Database> writer_;  // whoever set is_writing_ has it
  std::atomic<int> edits_waiting_{0};
  std::mutex mutex_;  // all below
  std::condition_variable is_free_, may_write_;
  bool is_writing_ = false;
  std::deque<Work> work_;
  std::vector<std::unique_ptr<store::Database>> idle_;
  int readers_ = 0;      // idle and lent
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace segue::catalog
