// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "engine/engine.h"
#include "segue/v1/system_service.grpc.pb.h"

namespace segue::daemon {

// segue.v1.SystemService on the wire. On gRPC's threads. The engine outlives it.
class SystemService final : public v1::SystemService::CallbackService {
 public:
  // `shut_down` asks for the daemon's end and returns at once.
  SystemService(const Engine& engine, std::string version, std::function<void()> shut_down)
      : engine_(engine), version_(std::move(version)), shut_down_(std::move(shut_down)) {}

  grpc::ServerUnaryReactor* GetVersion(grpc::CallbackServerContext* context, const v1::GetVersionRequest* request,
                                       v1::GetVersionResponse* response) override;
  grpc::ServerUnaryReactor* GetHealth(grpc::CallbackServerContext* context, const v1::GetHealthRequest* request,
                                      v1::GetHealthResponse* response) override;
  grpc::ServerUnaryReactor* Shutdown(grpc::CallbackServerContext* context, const v1::ShutdownRequest* request,
                                     v1::ShutdownResponse* response) override;

 private:
  const Engine& engine_;
  const std::string version_;
  const std::function<void()> shut_down_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace segue::daemon
