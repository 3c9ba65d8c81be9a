// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>

#include "daemon/pacer.h"
#include "daemon/services/engine_service.h"
#include "daemon/services/library_service.h"
#include "daemon/services/provider_service.h"
#include "daemon/services/system_service.h"

namespace segue::daemon {
namespace {

// What one client, and all of them together, may use. gRPC's own defaults are unbounded or far larger.
constexpr int kSentBytesMax = 8 << 20;  // a snapshot of 16 decks takes 20 KiB
constexpr int kStreamsPerConnectionMax = 64;
constexpr int kMetadataBytesMax = 8 << 10;
constexpr int kKeepaliveMs = 20'000;        // a silent peer is asked whether it is there
constexpr int kKeepaliveTimeoutMs = 5'000;  // and given up
constexpr int kPingsApartMs = 10'000;       // a client that pings more often is cut off
constexpr int kPingStrikesMax = 2;
constexpr int kIdleMs = 600'000;  // a connection without a call is closed
constexpr std::size_t kMemoryBytesMax = 128U << 20;
constexpr int kThreadsMax = 32;

// Keeps gRPC's threads for the life of the process. Its last user would have to wait for all of them, and one that
// polls for a client whose socket was full once sleeps up to 10 s: too long for a daemon that ends within a second.
void keep_library() {
  static const bool is_kept = (grpc_init(), true);
  static_cast<void>(is_kept);
}

void limit(grpc::ServerBuilder& builder) {
  grpc::ResourceQuota quota("segued");
  quota.Resize(kMemoryBytesMax).SetMaxThreads(kThreadsMax);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(static_cast<int>(model::kMessageBytesMax));
  builder.SetMaxSendMessageSize(kSentBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingsApartMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, kPingStrikesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMs);
  // Only reflection is served by gRPC's own threads.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 2);
}

}  // namespace

struct Server::Services {
  EngineService engine;
  SystemService system;
  LibraryService library;
  ProviderService provider;
};

Server::Server(std::unique_ptr<Services> services, std::shared_ptr<Pacer> pacer, std::unique_ptr<grpc::Server> server)
    : services_(std::move(services)), pacer_(std::move(pacer)), server_(std::move(server)) {}

Result<std::unique_ptr<Server>> Server::start(Parts parts) {
  auto pacer = std::make_shared<Pacer>();
  std::unique_ptr<Services> services(new Services{{parts.engine, parts.peers, pacer, parts.timing},
                                                  {parts.engine, parts.version, parts.shut_down},
                                                  {parts.engine, parts.peers, pacer, parts.timing},
                                                  ProviderService(parts.engine)});
  keep_library();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  limit(builder);
  builder.RegisterService(&services->engine);
  builder.RegisterService(&services->system);
  builder.RegisterService(&services->library);
  builder.RegisterService(&services->provider);
  auto server = builder.BuildAndStart();
  if (!server) return fail(Code::kInternal, "GRPC_START", "gRPC did not start");
  for (const char* name :
       {"segue.v1.EngineService", "segue.v1.SystemService", "segue.v1.LibraryService", "segue.v1.ProviderService"}) {
    server->GetHealthCheckService()->SetServingStatus(name, true);
  }
  return std::unique_ptr<Server>(new Server(std::move(services), std::move(pacer), std::move(server)));
}

Server::~Server() { stop(std::chrono::milliseconds(0)); }

void Server::adopt(int fd) { grpc::AddInsecureChannelFromFd(server_.get(), fd); }

void Server::stop(std::chrono::milliseconds grace) {
  if (!server_) return;
  server_->GetHealthCheckService()->Shutdown();
  pacer_->stop_all();
  server_->Shutdown(std::chrono::system_clock::now() + grace);
  server_.reset();
}

}  // namespace segue::daemon
