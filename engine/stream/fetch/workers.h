// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace segue::stream {

// A few threads for what blocks: the catalogue ("segue-resolve"), the cache's disk ("segue-copies"); apart, so that one
// that hangs does not hold up the other. A fetch has at most one job with them.
// The destructor asks the running ones to stop, waits for them and drops the rest. Thread-safe.
class Workers {
 public:
  using Job = std::function<void(const std::stop_token& stop)>;
  // `name` is a literal of at most 15 characters.
  Workers(const char* name, int threads);
  ~Workers();
  void post(Job job);

 private:
  void run(const std::stop_token& stop);

  const char* const name_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> jobs_;
  std::vector<std::jthread> threads_;
};

}  // namespace segue::stream
