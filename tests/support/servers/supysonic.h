// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "tests/support/servers/child.h"
#include "tests/support/servers/music.h"

namespace segue::test {

// The real supysonic of the distribution on a loopback port, with a database, a music folder and a HOME of its own.
// One thread.
class Supysonic {
 public:
  // Returns when it answers.
  static Result<std::unique_ptr<Supysonic>> start(const std::vector<MusicFile>& music);

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int port() const { return port_; }
  const std::string& user() const { return user_; }
  const std::string& password() const { return password_; }
  // The folder with the music as it was made.
  std::string music_folder() const { return folder_.path("music"); }
  pid_t pid() const { return server_->pid(); }

  // The server is gone, its database stays; up again on the same port.
  void stop();
  Result<void> start_again();
  // Holds the process still (SIGSTOP): connections are taken by the kernel and never answered.
  void freeze();
  void thaw();

 private:
  Supysonic() = default;
  Result<void> prepare(const std::vector<MusicFile>& music);
  Result<void> launch();

  ScratchFolder folder_;
  int port_ = 0;
  std::string user_ = "dj";
  std::string password_ = "secret";
  std::unique_ptr<Child> server_;
};

}  // namespace segue::test
