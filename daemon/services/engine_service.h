// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "daemon/pacer.h"
#include "daemon/peers.h"
#include "daemon/services/message_stream.h"
#include "engine/engine.h"
#include "segue/v1/engine_service.grpc.pb.h"

namespace segue::daemon {

// segue.v1.EngineService on the wire: tells who asks, calls the engine, answers. On gRPC's threads. Engine and peers
// outlive it.
class EngineService final : public v1::EngineService::CallbackService {
 public:
  EngineService(Engine& engine, const Peers& peers, std::shared_ptr<Pacer> pacer, StreamTiming timing)
      : engine_(engine), peers_(peers), pacer_(std::move(pacer)), timing_(timing) {}

  grpc::ServerUnaryReactor* Execute(grpc::CallbackServerContext* context, const v1::ExecuteRequest* request,
                                    v1::ExecuteResponse* response) override;
  grpc::ServerUnaryReactor* GetState(grpc::CallbackServerContext* context, const v1::GetStateRequest* request,
                                     v1::GetStateResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(grpc::CallbackServerContext* context,
                                                     const v1::WatchRequest* request) override;
  grpc::ServerWriteReactor<v1::WatchMetersResponse>* WatchMeters(grpc::CallbackServerContext* context,
                                                                 const v1::WatchMetersRequest* request) override;

 private:
  Engine& engine_;
  const Peers& peers_;
  const std::shared_ptr<Pacer> pacer_;
  const StreamTiming timing_;
};

}  // namespace segue::daemon
