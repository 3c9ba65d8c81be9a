// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace segue::catalog {

// Runs what is posted one at a time and in order, on whichever posting thread finds it idle, so that news told from
// many threads arrives as from one, and no lock is held meanwhile. Thread-safe.
class Turns {
 public:
  void post(std::function<void()> turn);

 private:
  std::mutex mutex_;
  std::deque<std::function<void()>> waiting_;  // guarded by mutex_
  bool is_running_ = false;                    // guarded by mutex_
};

}  // namespace segue::catalog
