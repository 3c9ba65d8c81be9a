// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "tests/support/servers/child.h"

namespace segue::test {

// The real Icecast of the distribution on a loopback port, fed in real time by ffmpeg with an MP3 file over and over.
// One thread.
class Icecast {
 public:
  // Returns when the stream can be listened to. `file` is an MP3.
  static Result<std::unique_ptr<Icecast>> start(const std::string& file);

  // Of the stream.
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/live.mp3"; }
  int port() const { return port_; }
  pid_t pid() const { return server_->pid(); }
  // What its StreamTitle is from now on.
  Result<void> set_title(const std::string& title);
  // The whole server is gone, listeners and all; up again on the same port.
  void stop();
  Result<void> start_again();

 private:
  Icecast() = default;
  Result<void> launch();
  Result<void> feed();

  ScratchFolder folder_;
  int port_ = 0;
  std::string file_;
  std::unique_ptr<Child> server_;
  std::unique_ptr<Child> source_;
};

}  // namespace segue::test
