// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace segue::daemon {

using TimePoint = std::chrono::steady_clock::time_point;

// Something that has work at certain times and whenever it is woken.
class Paced {
 public:
  virtual ~Paced() = default;
  // Does what is to be done at `now` and returns when to be called again at the latest. On the pacer's thread; must
  // not block.
  virtual TimePoint turn(TimePoint now) = 0;
  // The daemon ends: no more turns are needed. On any thread.
  virtual void stop() = 0;
};

// The one thread that serves all open streams: engine threads only ring here, so that none of them ever writes to a
// socket. Thread-safe.
class Pacer {
 public:
  using Id = std::uint64_t;

  Pacer();
  // A turn under way ends first.
  ~Pacer();
  Pacer(const Pacer&) = delete;
  Pacer& operator=(const Pacer&) = delete;

  // Its first turn is at once.
  Id add(std::shared_ptr<Paced> paced);
  // Asks for a turn now; an id that is gone is ignored. Holds a lock for a look-up only.
  void wake(Id id);
  // A turn under way may still go on after this returns.
  void remove(Id id);
  // Stops everything that is there now.
  void stop_all();

 private:
  struct Entry {
    std::shared_ptr<Paced> paced;
    TimePoint due;
  };
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<Id, Entry> entries_;  // guarded by mutex_, as are the two below
  Id last_id_ = 0;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace segue::daemon
