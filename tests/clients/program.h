// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace segue::test {

// What a run of the program `segue` left behind.
struct Outcome {
  int exit_code = -1;  // −1: ended by a signal
  std::string out;
  std::string err;
};

struct Start {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  // the whole of it
  std::string input;                               // standard input
  bool has_terminal = false;                       // standard output is a terminal of 100 columns
  std::string out_file;                            // standard output goes here instead of into `out`
};

// Runs the program to its end.
Outcome run_segue(const Start& start);

// The program while it runs, its standard output read line by line. Destroying it kills what still runs.
class RunningSegue {
 public:
  explicit RunningSegue(const Start& start);
  ~RunningSegue();
  RunningSegue(const RunningSegue&) = delete;
  RunningSegue& operator=(const RunningSegue&) = delete;

  // The next line without its end; empty when there is no more.
  std::string read_line();
  // The reader goes away, as `head` does.
  void close_output();
  void interrupt();
  // Waits for the end; `out` holds what was not read.
  Outcome finish();

 private:
  pid_t process_ = -1;
  int input_ = -1;
  int output_ = -1;
  int errors_ = -1;
  std::string unread_;
};

}  // namespace segue::test
