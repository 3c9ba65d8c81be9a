// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/engine.h"
#include "segue/v1/provider_service.grpc.pb.h"

namespace segue::daemon {

// segue.v1.ProviderService on the wire. On gRPC's threads. The engine outlives it.
class ProviderService final : public v1::ProviderService::CallbackService {
 public:
  explicit ProviderService(Engine& engine) : engine_(engine) {}

  grpc::ServerUnaryReactor* ListProviders(grpc::CallbackServerContext* context, const v1::ListProvidersRequest* request,
                                          v1::ListProvidersResponse* response) override;
  grpc::ServerUnaryReactor* RefreshProvider(grpc::CallbackServerContext* context,
                                            const v1::RefreshProviderRequest* request,
                                            v1::RefreshProviderResponse* response) override;
  grpc::ServerUnaryReactor* GetNetwork(grpc::CallbackServerContext* context, const v1::GetNetworkRequest* request,
                                       v1::GetNetworkResponse* response) override;

 private:
  Engine& engine_;
};

}  // namespace segue::daemon
