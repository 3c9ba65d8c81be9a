// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/services/system_service.h"

#include <unistd.h>

#include "daemon/services/unary.h"

namespace segue::daemon {

grpc::ServerUnaryReactor* SystemService::GetVersion(grpc::CallbackServerContext* context, const v1::GetVersionRequest*,
                                                    v1::GetVersionResponse* response) {
  response->set_version(version_);
  response->add_api_versions("segue.v1");
  response->set_epoch(engine_.epoch());
  response->set_pid(static_cast<std::uint32_t>(getpid()));
  return answer(*context);
}

grpc::ServerUnaryReactor* SystemService::GetHealth(grpc::CallbackServerContext* context, const v1::GetHealthRequest*,
                                                   v1::GetHealthResponse* response) {
  bool audio_flows = false;
  for (auto& finding : engine_.findings(audio_flows)) response->add_findings(std::move(finding));
  using Health = v1::GetHealthResponse;
  const auto flowing = response->findings().empty() ? Health::SERVING : Health::DEGRADED;
  response->set_status(audio_flows ? flowing : Health::NOT_SERVING);
  response->set_uptime_s(std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count());
  return answer(*context);
}

grpc::ServerUnaryReactor* SystemService::Shutdown(grpc::CallbackServerContext* context, const v1::ShutdownRequest*,
                                                  v1::ShutdownResponse*) {
  auto* reactor = answer(*context);
  shut_down_();
  return reactor;
}

}  // namespace segue::daemon
