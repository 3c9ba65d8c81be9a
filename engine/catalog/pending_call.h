// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "engine/catalog/worker.h"

namespace segue::catalog {

// A call on its way: settled once. Thread-safe.
class PendingCall : public std::enable_shared_from_this<PendingCall> {
 public:
  PendingCall(Worker::Task task, Worker::Done done, std::shared_ptr<Alarms> alarms)
      : alarms_(std::move(alarms)), task_(std::move(task)), done_(std::move(done)) {}

  // Its patience and its asker's stop count from now on. Once, before anybody else has it.
  void begin(const std::string& provider, Nanoseconds now, std::chrono::milliseconds patience,
             const std::stop_token& stop);
  // Runs the task; on the worker's thread.
  Result<void> run(Provider& provider) { return task_(provider, stop_.get_token()); }
  // The first one counts; others do nothing. A task that still runs is asked to stop.
  void settle(Result<void> outcome);
  bool is_settled() const { return is_settled_.load(std::memory_order_acquire); }

 private:
  const std::shared_ptr<Alarms> alarms_;
  const Worker::Task task_;
  Worker::Done done_;  // of whoever settles
  std::atomic<bool> is_settled_{false};
  std::atomic<Alarms::Id> deadline_{0};
  std::stop_source stop_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace segue::catalog
