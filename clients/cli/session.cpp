// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/session.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "clients/cli/text.h"

namespace segue::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr milliseconds kConnectMax{1'000};
constexpr milliseconds kAnswerMax{10'000};  // a busy daemon answers within milliseconds; this one is gone
constexpr milliseconds kCommitMax{60'000};  // opening a file on a sleeping disk or a slow network takes tens of seconds
constexpr milliseconds kCatalogueMax{30'000};  // the daemon gives a server up sooner, and says which
constexpr int kKeepaliveMs = 20'000;           // finds a dead peer under a quiet watch; daemons refuse faster pings
constexpr int kKeepaliveAnswerMs = 5'000;
constexpr int kMessageBytesMax = 8 << 20;         // the daemon's largest answer
constexpr std::uintmax_t kTokenBytesMax = 4'096;  // fits the daemon's bound for metadata with room for the rest

Result<std::string> read_token(const std::string& path) {
  const auto refused = [&](const char* cause) { return bad_value("--token-file " + one_line(path) + ": " + cause); };
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return refused("cannot be read");
  if (size > kTokenBytesMax) return refused("is larger than any token");
  std::ifstream file(path);
  std::string token;
  if (!std::getline(file, token) || token.empty()) return refused("its first line holds no token");
  for (const char c : token) {
    if (c < 0x21 || c > 0x7E) return refused("its first line is not a token: only visible ASCII characters are");
  }
  return token;
}

grpc::ChannelArguments channel_arguments() {
  grpc::ChannelArguments arguments;
  // A proxy set for web traffic has no business here.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveAnswerMs);
  // A command must not run twice: whether a broken call was carried out is for the caller to find out.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  return arguments;
}

}  // namespace

Session::Session(const Invocation& invocation, const Environment& environment)
    : invocation_(invocation), environment_(environment) {}

Result<void> Session::connect() {
  if (channel_) return {};
  const std::string server = invocation_.server.empty() ? default_server(environment_,
                                                                         [](const std::string& path) {
                                                                           std::error_code error;
                                                                           return std::filesystem::exists(path, error);
                                                                         })
                                                        : invocation_.server;
  const auto address = parse_address(server);
  if (!address) return tl::unexpected(address.error());
  if (!invocation_.token_file.empty()) {
    if (!address->is_local) {
      return bad_value("--token-file: a token is not sent unencrypted to " + address->shown +
                       "; forward its port, as in: ssh -L 7421:localhost:7421 HOST");
    }
    auto token = read_token(invocation_.token_file);
    if (!token) return tl::unexpected(token.error());
    token_ = std::move(*token);
  }
  shown_ = address->shown;
  channel_ = grpc::CreateCustomChannel(address->target, grpc::InsecureChannelCredentials(), channel_arguments());
  // Not WaitForConnected: it goes on for the whole second where the first refusal tells.
  const auto deadline = system_clock::now() + kConnectMax;
  auto state = channel_->GetState(true);
  while (state != GRPC_CHANNEL_READY && state != GRPC_CHANNEL_TRANSIENT_FAILURE) {
    if (!channel_->WaitForStateChange(state, deadline)) break;
    state = channel_->GetState(true);
  }
  if (state != GRPC_CHANNEL_READY) {
    return tl::unexpected(
        Failure{"UNAVAILABLE", std::string(kReasonUnreachable),
                "no segued at " + shown_ + ": start it with 'segued', or name another with --server"});
  }
  engine_ = v1::EngineService::NewStub(channel_);
  library_ = v1::LibraryService::NewStub(channel_);
  providers_ = v1::ProviderService::NewStub(channel_);
  system_ = v1::SystemService::NewStub(channel_);
  return {};
}

Result<void> Session::prepare(grpc::ClientContext& context) {
  const auto connected = connect();
  if (connected && !token_.empty()) context.AddMetadata("authorization", "Bearer " + token_);
  return connected;
}

Failure Session::failure_of(const grpc::Status& status) const {
  Failure failure = failure_from(status);
  if (failure.reason == kReasonUnreachable) failure.message = "lost segued at " + shown_ + ": " + failure.message;
  if (failure.code == "DEADLINE_EXCEEDED" && failure.reason.empty()) {
    failure.reason = "NO_ANSWER";
    failure.message = "segued at " + shown_ + " did not answer in time; it may still carry the command out";
  }
  if (failure.code == "UNIMPLEMENTED" && failure.reason.empty()) {
    failure.message = "segued at " + shown_ + " is too old for this command: " + failure.message;
  }
  return failure;
}

template <typename Request, typename Response, typename Method>
Result<Response> Session::call(Method method, const Request& request, Patience patience) {
  grpc::ClientContext context;
  const auto ready = prepare(context);
  if (!ready) return tl::unexpected(ready.error());
  if (invocation_.timeout_s) {
    context.set_deadline(system_clock::now() + std::chrono::duration_cast<system_clock::duration>(
                                                   std::chrono::duration<double>(*invocation_.timeout_s)));
  } else if (patience != Patience::kUnbounded) {
    context.set_deadline(system_clock::now() + (patience == Patience::kShort ? kAnswerMax : kCommitMax));
  }
  Response response;
  const grpc::Status status = method(*this, context, request, response);
  if (!status.ok()) return tl::unexpected(failure_of(status));
  return response;
}

Result<v1::ExecuteResponse> Session::execute(const v1::ExecuteRequest& request, Patience patience) {
  return call<v1::ExecuteRequest, v1::ExecuteResponse>(
      [](Session& self, auto& context, const auto& asked, auto& answer) {
        return self.engine_->Execute(&context, asked, &answer);
      },
      request, patience);
}

Result<v1::State> Session::state() {
  auto response = call<v1::GetStateRequest, v1::GetStateResponse>(
      [](Session& self, auto& context, const auto& asked, auto& answer) {
        return self.engine_->GetState(&context, asked, &answer);
      },
      {}, Patience::kShort);
  if (!response) return tl::unexpected(response.error());
  return std::move(*response->mutable_state());
}

Result<v1::GetVersionResponse> Session::version() {
  return call<v1::GetVersionRequest, v1::GetVersionResponse>(
      [](Session& self, auto& context, const auto& asked, auto& answer) {
        return self.system_->GetVersion(&context, asked, &answer);
      },
      {}, Patience::kShort);
}

Result<v1::GetHealthResponse> Session::health() {
  return call<v1::GetHealthRequest, v1::GetHealthResponse>(
      [](Session& self, auto& context, const auto& asked, auto& answer) {
        return self.system_->GetHealth(&context, asked, &answer);
      },
      {}, Patience::kShort);
}

Result<v1::ShutdownResponse> Session::shutdown() {
  return call<v1::ShutdownRequest, v1::ShutdownResponse>(
      [](Session& self, auto& context, const auto& asked, auto& answer) {
        return self.system_->Shutdown(&context, asked, &answer);
      },
      {}, Patience::kShort);
}

Result<void> Session::run(const std::function<grpc::Status(grpc::ClientContext&)>& call) {
  grpc::ClientContext context;
  const auto ready = prepare(context);
  if (!ready) return ready;
  const auto patience =
      invocation_.timeout_s
          ? std::chrono::duration_cast<system_clock::duration>(std::chrono::duration<double>(*invocation_.timeout_s))
          : std::chrono::duration_cast<system_clock::duration>(kCatalogueMax);
  context.set_deadline(system_clock::now() + patience);
  const grpc::Status status = call(context);
  if (!status.ok()) return tl::unexpected(failure_of(status));
  return {};
}

template <typename Reader, typename Response>
Result<void> Session::read_all(grpc::ClientContext& context, Reader& reader,
                               const std::function<Result<void>(const Response&)>& take) {
  Response response;
  while (reader.Read(&response)) {
    auto taken = take(response);
    if (taken) continue;
    context.TryCancel();
    reader.Finish();
    return taken;
  }
  const grpc::Status status = reader.Finish();
  if (!status.ok()) return tl::unexpected(failure_of(status));
  return {};
}

Result<void> Session::watch(const std::function<Result<void>(const v1::WatchResponse&)>& take) {
  grpc::ClientContext context;
  const auto ready = prepare(context);
  if (!ready) return ready;
  const auto reader = engine_->Watch(&context, v1::WatchRequest{});
  return read_all(context, *reader, take);
}

Result<void> Session::watch_meters(int rate_hz,
                                   const std::function<Result<void>(const v1::WatchMetersResponse&)>& take) {
  grpc::ClientContext context;
  const auto ready = prepare(context);
  if (!ready) return ready;
  v1::WatchMetersRequest request;
  request.set_rate_hz(static_cast<std::uint32_t>(rate_hz));
  const auto reader = engine_->WatchMeters(&context, request);
  return read_all(context, *reader, take);
}

Result<void> Session::search(const v1::SearchRequest& request,
                             const std::function<Result<void>(const v1::SearchResponse&)>& take) {
  grpc::ClientContext context;
  const auto ready = prepare(context);
  if (!ready) return ready;
  const auto reader = library_->Search(&context, request);
  return read_all(context, *reader, take);
}

Result<void> Session::import_library(const v1::ImportLibraryRequest& request,
                                     const std::function<Result<void>(const v1::ImportLibraryResponse&)>& take) {
  grpc::ClientContext context;
  const auto ready = prepare(context);
  if (!ready) return ready;
  const auto reader = library_->ImportLibrary(&context, request);
  return read_all(context, *reader, take);
}

Result<void> Session::analyze(const v1::AnalyzeRequest& request,
                              const std::function<Result<void>(const v1::AnalyzeResponse&)>& take) {
  grpc::ClientContext context;
  const auto ready = prepare(context);
  if (!ready) return ready;
  const auto reader = library_->Analyze(&context, request);
  return read_all(context, *reader, take);
}

}  // namespace segue::cli
