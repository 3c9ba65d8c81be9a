// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "segue/v1/engine_service.grpc.pb.h"
#include "tests/support/daemon/notify_socket.h"
#include "tests/support/daemon/process.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::bench {

// A segued of the benchmark's own, on the null driver, and a client of it.
class LiveDaemon {
 public:
  // Ready when constructed. `flags` go behind the ones that keep it apart from other daemons.
  explicit LiveDaemon(const std::vector<std::string>& flags = {}, const std::string& config = "");

  v1::EngineService::Stub& engine() { return *engine_; }
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  // From exec until the socket had answered a call.
  double start_ms() const { return start_ms_; }
  // One command, committed.
  void execute(const v1::Command& command);
  // Looks at the state some ten times a second until `is_enough`.
  void watch_until(const std::function<bool(const v1::State&)>& is_enough);
  // A line of /proc/PID/status or smaps_rollup, "VmRSS", "Pss", in MB of 10^6 bytes.
  double memory_mb(const std::string& name) const;
  // Asks for the end and returns how long that took.
  double stop_ms();

 private:
  testing::TempDir directory_;
  testing::NotifySocket manager_;
  std::unique_ptr<testing::Process> process_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::EngineService::Stub> engine_;
  double start_ms_ = 0;
};

}  // namespace segue::bench
