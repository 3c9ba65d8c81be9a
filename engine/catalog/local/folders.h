// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/result.h"
#include "engine/catalog/library.h"
#include "engine/catalog/local/track_rows.h"

namespace segue::catalog {

class FolderWatch;

// The folders of one provider: a thread of its own in the background scans them, then watches them and scans what
// changes. Where they cannot be watched, they are scanned
// once a minute (Library::Options). Thread-safe.
class Folders {
 public:
  // Fails if the database does.
  static Result<std::unique_ptr<Folders>> start(Connections& connections, const std::string& provider,
                                                const std::vector<std::string>& paths, const Library::Options& options);
  ~Folders();  // ends the scan after the file it is at
  Folders(const Folders&) = delete;
  Folders& operator=(const Folders&) = delete;

  void rescan();
  ScanProgress progress() const;
  // Blocks until all that has happened in the folders so far is in the database, or a scan failed.
  void wait();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Watching;  // what the thread alone sees

  Folders(Connections& connections, std::string provider, std::vector<Root> roots, const Library::Options& options);
  void run_once(Watching& watching, const std::stop_token& stop);
  void scan(Watching& watching, const std::stop_token& stop, bool is_full);
  void check_roots(Watching& watching);
  void sleep(const Watching& watching) const;
  void publish(const ScanProgress& progress);
  void tell();
  void wake() const;

  TrackRows rows_;
  const std::string provider_;
  const Library::Options& options_;
  const int wake_;  // eventfd

  mutable std::mutex mutex_;  // all below
  std::condition_variable is_done_;
  ScanProgress progress_;
  bool is_rescan_wanted_ = true;
  bool is_news_ = false;     // progress_ has not been told
  Time tell_at_{};           // not before
  std::uint64_t waits_ = 0;  // wait() calls begun
  std::uint64_t waits_done_ = 0;

  std::jthread thread_;  // last: it uses the rest
};

}  // namespace segue::catalog
