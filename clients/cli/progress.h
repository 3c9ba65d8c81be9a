// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace segue::cli {

// "1.4 MB", "312 kB", "87 bytes": powers of ten, as files are counted everywhere else.
std::string bytes_text(std::int64_t bytes);

// A bar of twenty cells and the part, 0 to 1, that is done: "████░░░░  42%".
std::string progress_bar(double part);

// A line that says how far something is: a bar of twenty cells, the part, the amount. `total` 0: not known, no bar.
std::string progress_line(const std::string& task, std::int64_t done, std::int64_t total, const std::string& unit);

// The line a terminal shows while something goes on, drawn over itself on standard error; nothing elsewhere. One
// thread.
class ProgressLine {
 public:
  explicit ProgressLine(bool is_shown) : is_shown_(is_shown) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const std::string& line);
  void clear();

 private:
  bool is_shown_;
  bool is_drawn_ = false;
};

}  // namespace segue::cli
