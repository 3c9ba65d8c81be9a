// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/services/provider_service.h"

#include "daemon/services/pending_answer.h"

namespace segue::daemon {

grpc::ServerUnaryReactor* ProviderService::ListProviders(grpc::CallbackServerContext*,
                                                         const v1::ListProvidersRequest* request,
                                                         v1::ListProvidersResponse* response) {
  return answer_later(*response, [&](const std::stop_token&, auto answer) {
    engine_.library().list_providers(*request, std::move(answer));
  });
}

grpc::ServerUnaryReactor* ProviderService::RefreshProvider(grpc::CallbackServerContext*,
                                                           const v1::RefreshProviderRequest* request,
                                                           v1::RefreshProviderResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().refresh_provider(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* ProviderService::GetNetwork(grpc::CallbackServerContext*,
                                                      const v1::GetNetworkRequest* request,
                                                      v1::GetNetworkResponse* response) {
  return answer_later(*response, [&](const std::stop_token&, auto answer) {
    engine_.library().get_network(*request, std::move(answer));
  });
}

}  // namespace segue::daemon
