// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "daemon/descriptor.h"

namespace segue::testing {

// A program under test with both outputs caught. Killed if it is still there at the end.
class Process {
 public:
  // `environment` is put over ours, "NAME=value".
  Process(std::vector<std::string> command, const std::vector<std::string>& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  // Its exit code, 128 + N if signal N ended it; nothing if it is still running after `patience`.
  std::optional<int> wait(std::chrono::milliseconds patience = std::chrono::seconds(10));
  // Reads standard error up to a line that holds `text`; false if that does not come.
  bool wait_for_error_line(const std::string& text, std::chrono::milliseconds patience = std::chrono::seconds(10));
  // All it wrote; after wait().
  std::string output();
  std::string errors();

 private:
  pid_t pid_ = -1;
  daemon::Descriptor output_;
  daemon::Descriptor errors_;
  std::string errors_seen_;
};

}  // namespace segue::testing
