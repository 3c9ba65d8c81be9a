// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "engine/control/journal/segment.h"
#include "engine/model/config.h"

namespace segue::control {

// The files of one epoch's journal, "EPOCH-000001.journal" and on. Control appends and never waits; a thread
// ("segue-journal") prepares the next file before it is needed, syncs once a second and removes the oldest files. While
// the disk takes nothing, the newest records wait in memory, and follow when it does again.
class Segments {
 public:
  Segments(const model::Config::Journal& config, std::string folder, std::string epoch);
  // Cuts the last file to what it holds; a disk that takes longer than kCloseMs for that is left behind.
  ~Segments();
  static constexpr int kCloseMs = 150;  // of the second that the engine may take to stop

  // What every further file begins with.
  void set_head(std::string_view record) { head_ = record; }
  // A record that no file could hold is given up at once.
  void append(std::string_view record);
  // Records that no file has: those that wait and those that were given up.
  std::uint64_t unsaved() const { return unsaved_.load(std::memory_order_relaxed); }

 private:
  struct Files;
  static constexpr std::size_t kWaitingMax = 4096;
  static constexpr std::size_t kWaitingBytesMax = 4 << 20;  // beside it: one record may take 1 MiB

  bool fits_a_file(std::string_view record) const;
  bool write(std::string_view record);
  bool begin_next();
  void write_waiting();
  void drop_waiting();
  void tell_unsaved() { unsaved_.store(waiting_.size() + given_up_, std::memory_order_relaxed); }

  const std::size_t segment_bytes_;
  const std::shared_ptr<Files> files_;  // shared with the thread
  std::shared_ptr<Segment> current_;    // control alone appends
  std::string head_;
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t given_up_ = 0;
  std::atomic<std::uint64_t> unsaved_{0};
};

}  // namespace segue::control
