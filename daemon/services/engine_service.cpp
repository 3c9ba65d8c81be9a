// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/services/engine_service.h"

#include "daemon/origins.h"
#include "daemon/services/news_source.h"
#include "daemon/services/pending_answer.h"
#include "daemon/services/unary.h"

namespace segue::daemon {
namespace {

constexpr std::uint32_t kMeterRateHzDefault = 10;
constexpr std::uint32_t kMeterRateHzMax = 30;  // what a screen shows of a level

}  // namespace

grpc::ServerUnaryReactor* EngineService::Execute(grpc::CallbackServerContext* context,
                                                 const v1::ExecuteRequest* request, v1::ExecuteResponse* response) {
  const auto origin = origin_of(peers_, *context);
  if (!origin) return answer(*context, to_status(origin.error()));
  const auto pending = PendingAnswer<v1::ExecuteResponse>::open(*response);
  engine_.execute(*request, *origin, [pending](auto result) { pending->settle(std::move(result)); });
  return pending.get();
}

grpc::ServerUnaryReactor* EngineService::GetState(grpc::CallbackServerContext* context, const v1::GetStateRequest*,
                                                  v1::GetStateResponse* response) {
  *response->mutable_state() = engine_.state();
  return answer(*context);
}

grpc::ServerWriteReactor<v1::WatchResponse>* EngineService::Watch(grpc::CallbackServerContext* context,
                                                                  const v1::WatchRequest* request) {
  using Stream = MessageStream<v1::WatchResponse>;
  return Stream::start(pacer_, timing_, *context, [&](std::function<void()> wake) -> Result<Stream::Source> {
    auto watcher = engine_.watch(*request, std::move(wake));
    if (!watcher) return fail(Code::kResourceExhausted, "TOO_MANY_WATCHERS", "as many clients watch as may");
    return std::make_unique<NewsSource>(engine_, std::move(watcher), timing_.heartbeat);
  });
}

grpc::ServerWriteReactor<v1::WatchMetersResponse>* EngineService::WatchMeters(grpc::CallbackServerContext* context,
                                                                              const v1::WatchMetersRequest* request) {
  using Stream = MessageStream<v1::WatchMetersResponse>;
  return Stream::start(pacer_, timing_, *context, [&](const std::function<void()>&) -> Result<Stream::Source> {
    const std::uint32_t rate_hz = request->rate_hz() == 0 ? kMeterRateHzDefault : request->rate_hz();
    if (rate_hz > kMeterRateHzMax) {
      return fail(Code::kInvalidArgument, "FIELD_OUT_OF_RANGE",
                  "rate_hz: " + std::to_string(rate_hz) + " is not 0 to 30");
    }
    return std::make_unique<MeterSource>(engine_, rate_hz);
  });
}

}  // namespace segue::daemon
