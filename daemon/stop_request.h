// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

#include "daemon/descriptor.h"

namespace segue::daemon {

// The wish to end, by SIGTERM, SIGINT, SIGHUP or a call. Made before any other thread, so that all of them inherit
// the blocked signals; there is one in a process.
class StopRequest {
 public:
  StopRequest();

  // Any thread.
  void request();
  // True once there is a wish, false after `timeout`; zero waits for ever.
  bool wait(std::chrono::microseconds timeout);
  // From now on another signal ends the process at once.
  static void let_signals_kill();

 private:
  Descriptor signals_;
  Descriptor requested_;
};

}  // namespace segue::daemon
