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

// A few threads ("segue-resolve") for what blocks: the catalogue, the cache's disk. A fetch has at most one job here.
// The destructor asks the running ones to stop, waits for them and drops the rest. Thread-safe.
class Workers {
 public:
  using Job = std::function<void(const std::stop_token& stop)>;
  explicit Workers(int threads);
  ~Workers();
  void post(Job job);

 private:
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> jobs_;
  std::vector<std::jthread> threads_;
};

}  // namespace segue::stream
