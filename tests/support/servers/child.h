// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

#include "engine/base/result.h"

namespace segue::test {

// A folder in the system's temporary one, removed with all that is in it.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string path(const std::string& name) const { return path_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

// A program that runs beside the test, both outputs in a file, HOME and working folder in `folder`. Ended by its own
// pid with the object, and by the kernel should the test die. One thread.
class Child {
 public:
  Child(std::vector<std::string> command, const std::string& folder, const std::string& log_name);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  bool is_running();
  // Its exit code, 128 + N if signal N ended it, −1 if it runs on after `patience` (it is killed then).
  int wait(std::chrono::milliseconds patience);
  void signal(int number);
  // SIGTERM; SIGKILL if that does not help within 2 s.
  void stop();
  // The end of what it wrote, for messages.
  std::string log() const;

 private:
  pid_t pid_ = -1;
  int status_ = -1;
  std::string log_path_;
};

// Runs it to its end.
Result<void> run(std::vector<std::string> command, const std::string& folder);

// A port on loopback that was free a moment ago, outside of what the kernel gives to outgoing connections.
int free_port();
// Waits until something listens there; false if `child` ends before or it takes too long.
bool wait_for_port(int port, Child& child, std::chrono::milliseconds patience = std::chrono::seconds(20));

}  // namespace segue::test
