// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/daemon/live_daemon.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <grpcpp/grpcpp.h>

#include "segue/v1/system_service.grpc.pb.h"

namespace segue::bench {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// A benchmark that cannot measure has nothing to say.
void require(bool condition, const std::string& what) {
  if (condition) return;
  std::fprintf(stderr, "daemon_bench: %s\n", what.c_str());
  std::exit(1);
}

}  // namespace

LiveDaemon::LiveDaemon(const std::vector<std::string>& flags, const std::string& config)
    : manager_(directory_.path("notify")) {
  const std::string socket = directory_.path("run/segued.sock");
  std::vector<std::string> command{SEGUED,
                                   "--config",
                                   directory_.write("segued.toml", config),
                                   "--output",
                                   "null",
                                   "--socket",
                                   socket,
                                   "--grpc",
                                   "off",
                                   "--data-dir",
                                   directory_.path("data")};
  command.insert(command.end(), flags.begin(), flags.end());
  const auto begin = Clock::now();
  process_ = std::make_unique<testing::Process>(command, std::vector<std::string>{"NOTIFY_SOCKET=" + manager_.path()});
  require(manager_.next().starts_with("READY=1"), "segued did not start");
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  channel_ = grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(), arguments);
  v1::GetVersionResponse version;
  grpc::ClientContext context;
  require(v1::SystemService::NewStub(channel_)->GetVersion(&context, {}, &version).ok(), "segued does not answer");
  start_ms_ = ms_since(begin);
  engine_ = v1::EngineService::NewStub(channel_);
}

void LiveDaemon::execute(const v1::Command& command) {
  v1::ExecuteRequest request;
  *request.add_commands() = command;
  request.set_wait(v1::ExecuteRequest::COMMITTED);
  v1::ExecuteResponse response;
  grpc::ClientContext context;
  const auto status = engine_->Execute(&context, request, &response);
  require(status.ok(), status.error_message());
}

void LiveDaemon::watch_until(const std::function<bool(const v1::State&)>& is_enough) {
  grpc::ClientContext metering;
  const auto meters = engine_->WatchMeters(&metering, {});
  v1::WatchMetersResponse levels;
  v1::GetStateResponse state;
  do {
    require(meters->Read(&levels), "segued went away");
    grpc::ClientContext context;
    require(engine_->GetState(&context, {}, &state).ok(), "segued does not answer");
  } while (!is_enough(state.state()));
  metering.TryCancel();
}

double LiveDaemon::memory_mb(const std::string& name) const {
  for (const char* file : {"status", "smaps_rollup"}) {
    std::ifstream lines("/proc/" + std::to_string(process_->pid()) + "/" + file);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) * 1024 / 1e6;
    }
  }
  require(false, "no " + name);
  return 0;
}

double LiveDaemon::stop_ms() {
  const auto begin = Clock::now();
  process_->signal(SIGTERM);
  require(process_->wait() == 0, "segued did not end in order");
  return ms_since(begin);
}

}  // namespace segue::bench
