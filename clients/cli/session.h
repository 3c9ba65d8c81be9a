// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <grpcpp/client_context.h>

#include "clients/cli/address.h"
#include "clients/cli/failure.h"
#include "clients/cli/invocation.h"
#include "segue/v1/engine_service.grpc.pb.h"
#include "segue/v1/library_service.grpc.pb.h"
#include "segue/v1/provider_service.grpc.pb.h"
#include "segue/v1/system_service.grpc.pb.h"

namespace segue::cli {

// How long an answer may take when --timeout does not say.
enum class Patience {
  kShort,      // answered from memory
  kCommit,     // answered when render has committed; a deck that is loading holds its commands until it is ready
  kUnbounded,  // answered at a time the caller chose
};

// The connection to one daemon. Connects on the first call, so that what can be refused here needs no daemon.
// One thread; calls block.
class Session {
 public:
  Session(const Invocation& invocation, const Environment& environment);

  Result<v1::ExecuteResponse> execute(const v1::ExecuteRequest& request, Patience patience);
  Result<v1::State> state();
  Result<v1::GetVersionResponse> version();
  Result<v1::GetHealthResponse> health();
  Result<v1::ShutdownResponse> shutdown();
  // A call of LibraryService or ProviderService: ask(&v1::LibraryService::StubInterface::GetTrack, request).
  template <typename Service, typename Request, typename Response>
  Result<Response> ask(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request) {
    Response response;
    const auto done = run([&](grpc::ClientContext& context) {
      return (stub(static_cast<Service*>(nullptr)).*method)(&context, request, &response);
    });
    if (!done) return tl::unexpected(done.error());
    return response;
  }

  // Call `take` with each message until it fails or the daemon ends the stream, which is a failure too unless in order.
  Result<void> watch(const std::function<Result<void>(const v1::WatchResponse&)>& take);
  Result<void> search(const v1::SearchRequest& request,
                      const std::function<Result<void>(const v1::SearchResponse&)>& take);
  Result<void> import_library(const v1::ImportLibraryRequest& request,
                              const std::function<Result<void>(const v1::ImportLibraryResponse&)>& take);
  Result<void> analyze(const v1::AnalyzeRequest& request,
                       const std::function<Result<void>(const v1::AnalyzeResponse&)>& take);
  Result<void> watch_meters(int rate_hz, const std::function<Result<void>(const v1::WatchMetersResponse&)>& take);

 private:
  Result<void> connect();
  Result<void> prepare(grpc::ClientContext& context);
  Failure failure_of(const grpc::Status& status) const;

  // A call that asks catalogues, which may be far away.
  Result<void> run(const std::function<grpc::Status(grpc::ClientContext&)>& call);
  v1::LibraryService::StubInterface& stub(v1::LibraryService::StubInterface*) { return *library_; }
  v1::ProviderService::StubInterface& stub(v1::ProviderService::StubInterface*) { return *providers_; }
  template <typename Request, typename Response, typename Method>
  Result<Response> call(Method method, const Request& request, Patience patience);
  template <typename Reader, typename Response>
  Result<void> read_all(grpc::ClientContext& context, Reader& reader,
                        const std::function<Result<void>(const Response&)>& take);

  const Invocation& invocation_;
  const Environment& environment_;
  std::string shown_;  // the daemon's address, for messages
  std::string token_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::EngineService::Stub> engine_;
  std::unique_ptr<v1::LibraryService::Stub> library_;
  std::unique_ptr<v1::ProviderService::Stub> providers_;
  std::unique_ptr<v1::SystemService::Stub> system_;
};

}  // namespace segue::cli
