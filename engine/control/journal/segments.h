// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "engine/control/journal/segment.h"
#include "engine/model/config.h"

namespace segue::control {

// The files of one epoch's journal, "EPOCH-000001.journal" and on. Control appends and never waits; a thread
// ("segue-journal") prepares the next file before it is needed, syncs once a second and removes the oldest files. While
// the disk takes nothing, records wait in memory, the newest kWaitingMax, and follow when it does again.
class Segments {
 public:
  Segments(const model::Config::Journal& config, std::string folder, std::string epoch);
  ~Segments();

  void append(std::string_view record);
  // Records that no file has: those that wait and those that were given up.
  std::uint64_t unsaved() const { return unsaved_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kWaitingMax = 4096;  // ≈ 1 MiB

  bool write(std::string_view record);
  void write_waiting();
  void run(const std::stop_token& stop);
  std::unique_ptr<Segment> prepare();
  void remove_oldest() const;

  const model::Config::Journal config_;
  const std::string folder_;
  const std::string epoch_;
  int prepared_ = 0;                 // files made so far; the thread's after construction
  std::deque<std::string> waiting_;  // control's
  std::uint64_t given_up_ = 0;       // control's
  std::atomic<std::uint64_t> unsaved_{0};

  std::mutex
      mutex_;  // guards the three below; held by control for a few instructions, by the thread never while it waits
  std::condition_variable_any wake_;
  std::shared_ptr<Segment> current_;  // control alone appends
  std::unique_ptr<Segment> next_;
  std::jthread thread_;
};

}  // namespace segue::control
