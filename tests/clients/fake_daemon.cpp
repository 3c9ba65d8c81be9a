// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/clients/fake_daemon.h"

#include <chrono>
#include <cstdlib>
#include <mutex>

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "segue/v1/engine_service.grpc.pb.h"
#include "segue/v1/library_service.grpc.pb.h"
#include "segue/v1/provider_service.grpc.pb.h"
#include "segue/v1/system_service.grpc.pb.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::test {
// Holds an open call until its client has gone or the server stops.
class FakeDaemon::Engine final : public v1::EngineService::CallbackService {
 public:
  explicit Engine(FakeDaemon& daemon) : daemon_(daemon) {}

  // A unary call that ends when it is answered or, if the daemon is silent, cancelled.
  class HeldAnswer final : public grpc::ServerUnaryReactor {
   public:
    void OnCancel() override { Finish(grpc::Status::CANCELLED); }
    void OnDone() override { delete this; }
  };

  template <typename Message>
  class Stream final : public grpc::ServerWriteReactor<Message> {
   public:
    Stream(const std::vector<Message>& messages, bool ends, grpc::Status status)
        : messages_(messages), ends_(ends), status_(std::move(status)) {
      go_on(true);
    }
    void OnWriteDone(bool ok) override { go_on(ok); }
    void OnCancel() override { go_on(false); }
    void OnDone() override { delete this; }

   private:
    void go_on(bool is_open) {
      const std::lock_guard lock(mutex_);
      if (is_finished_) return;
      if (is_open && next_ < messages_.size()) {
        this->StartWrite(&messages_[next_++]);
      } else if (!is_open || ends_) {
        is_finished_ = true;
        this->Finish(is_open ? status_ : grpc::Status::CANCELLED);
      }
    }

    std::vector<Message> messages_;
    std::size_t next_ = 0;
    bool ends_ = false;
    grpc::Status status_;
    std::mutex mutex_;  // guards next_ and is_finished_
    bool is_finished_ = false;
  };

  grpc::ServerUnaryReactor* Execute(grpc::CallbackServerContext* context, const v1::ExecuteRequest* request,
                                    v1::ExecuteResponse* response) override {
    const std::lock_guard lock(mutex_);
    daemon_.executed.push_back(*request);
    const auto token = context->client_metadata().find("authorization");
    if (token != context->client_metadata().end()) {
      daemon_.authorizations.emplace_back(token->second.data(), token->second.size());
    }
    if (daemon_.is_execute_silent) return new HeldAnswer();
    auto* answer = context->DefaultReactor();
    if (daemon_.execute_failures.empty()) {
      *response = daemon_.execute_response;
      answer->Finish(grpc::Status::OK);
    } else {
      answer->Finish(daemon_.execute_failures.front());
      daemon_.execute_failures.erase(daemon_.execute_failures.begin());
    }
    return answer;
  }

  grpc::ServerUnaryReactor* GetState(grpc::CallbackServerContext* context, const v1::GetStateRequest* /*request*/,
                                     v1::GetStateResponse* response) override {
    const std::lock_guard lock(mutex_);
    ++daemon_.states_asked;
    *response->mutable_state() = daemon_.state;
    auto* answer = context->DefaultReactor();
    answer->Finish(daemon_.state_status);
    return answer;
  }

  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(grpc::CallbackServerContext* /*context*/,
                                                     const v1::WatchRequest* /*request*/) override {
    return new Stream<v1::WatchResponse>(daemon_.news, daemon_.ends_streams, daemon_.stream_status);
  }

  grpc::ServerWriteReactor<v1::WatchMetersResponse>* WatchMeters(grpc::CallbackServerContext* /*context*/,
                                                                 const v1::WatchMetersRequest* request) override {
    const std::lock_guard lock(mutex_);
    daemon_.meters_asked.push_back(*request);
    return new Stream<v1::WatchMetersResponse>(daemon_.meters, daemon_.ends_streams, daemon_.stream_status);
  }

 private:
  FakeDaemon& daemon_;
  std::mutex mutex_;  // guards what was asked
};

class FakeDaemon::Library final : public v1::LibraryService::Service {
 public:
  explicit Library(FakeDaemon& daemon) : daemon_(daemon) {}
  grpc::Status Search(grpc::ServerContext* /*context*/, const v1::SearchRequest* request,
                      grpc::ServerWriter<v1::SearchResponse>* writer) override {
    for (const auto& piece : daemon_.findings) writer->Write(piece);
    return daemon_.take_library("Search", *request);
  }
  grpc::Status ImportLibrary(grpc::ServerContext* /*context*/, const v1::ImportLibraryRequest* request,
                             grpc::ServerWriter<v1::ImportLibraryResponse>* writer) override {
    for (const auto& piece : daemon_.import_news) writer->Write(piece);
    return daemon_.take_library("ImportLibrary", *request);
  }
  grpc::Status ExportLibrary(grpc::ServerContext* /*context*/, const v1::ExportLibraryRequest* request,
                             v1::ExportLibraryResponse* response) override {
    *response = daemon_.exported;
    return daemon_.take_library("ExportLibrary", *request);
  }
  grpc::Status GetMarks(grpc::ServerContext* /*context*/, const v1::GetMarksRequest* request,
                        v1::GetMarksResponse* response) override {
    *response = daemon_.marks;
    return daemon_.take_library("GetMarks", *request);
  }
  grpc::Status SetMarks(grpc::ServerContext* /*context*/, const v1::SetMarksRequest* request,
                        v1::SetMarksResponse* response) override {
    response->set_version("8");
    return daemon_.take_library("SetMarks", *request);
  }
  grpc::Status Browse(grpc::ServerContext* /*context*/, const v1::BrowseRequest* request,
                      v1::BrowseResponse* response) override {
    *response = daemon_.level;
    return daemon_.take_library("Browse", *request);
  }
  grpc::Status GetTrack(grpc::ServerContext* /*context*/, const v1::GetTrackRequest* request,
                        v1::GetTrackResponse* response) override {
    *response = daemon_.track;
    return daemon_.take_library("GetTrack", *request);
  }
  grpc::Status Analyze(grpc::ServerContext* /*context*/, const v1::AnalyzeRequest* request,
                       grpc::ServerWriter<v1::AnalyzeResponse>* writer) override {
    for (const auto& piece : daemon_.analyses) writer->Write(piece);
    return daemon_.take_library("Analyze", *request);
  }
  grpc::Status GetAnalysis(grpc::ServerContext* /*context*/, const v1::GetAnalysisRequest* request,
                           v1::GetAnalysisResponse* response) override {
    const grpc::Status status = daemon_.take_library("GetAnalysis", *request);
    if (!daemon_.analysis) return failure_status(grpc::StatusCode::NOT_FOUND, "NOT_ANALYSED", "not analysed yet");
    *response = *daemon_.analysis;
    return status;
  }
  grpc::Status GetArtwork(grpc::ServerContext* /*context*/, const v1::GetArtworkRequest* request,
                          v1::GetArtworkResponse* response) override {
    *response = daemon_.artwork;
    return daemon_.take_library("GetArtwork", *request);
  }
  grpc::Status ListPlaylists(grpc::ServerContext* /*context*/, const v1::ListPlaylistsRequest* request,
                             v1::ListPlaylistsResponse* response) override {
    *response = daemon_.playlists;
    return daemon_.take_library("ListPlaylists", *request);
  }
  grpc::Status GetPlaylist(grpc::ServerContext* /*context*/, const v1::GetPlaylistRequest* request,
                           v1::GetPlaylistResponse* response) override {
    *response = daemon_.playlist;
    return daemon_.take_library("GetPlaylist", *request);
  }
  grpc::Status CreatePlaylist(grpc::ServerContext* /*context*/, const v1::CreatePlaylistRequest* request,
                              v1::CreatePlaylistResponse* response) override {
    static_cast<void>(response);
    return daemon_.take_library("CreatePlaylist", *request);
  }
  grpc::Status EditPlaylist(grpc::ServerContext* /*context*/, const v1::EditPlaylistRequest* request,
                            v1::EditPlaylistResponse* response) override {
    static_cast<void>(response);
    return daemon_.take_library("EditPlaylist", *request);
  }
  grpc::Status DeletePlaylist(grpc::ServerContext* /*context*/, const v1::DeletePlaylistRequest* request,
                              v1::DeletePlaylistResponse* response) override {
    static_cast<void>(response);
    return daemon_.take_library("DeletePlaylist", *request);
  }
  grpc::Status Prefetch(grpc::ServerContext* /*context*/, const v1::PrefetchRequest* request,
                        v1::PrefetchResponse* response) override {
    static_cast<void>(response);
    return daemon_.take_library("Prefetch", *request);
  }
  grpc::Status CancelPrefetch(grpc::ServerContext* /*context*/, const v1::CancelPrefetchRequest* request,
                              v1::CancelPrefetchResponse* response) override {
    static_cast<void>(response);
    return daemon_.take_library("CancelPrefetch", *request);
  }
  grpc::Status ListPrefetches(grpc::ServerContext* /*context*/, const v1::ListPrefetchesRequest* request,
                              v1::ListPrefetchesResponse* response) override {
    if (!daemon_.prefetches.empty()) *response = daemon_.prefetches.front();
    if (daemon_.prefetches.size() > 1) daemon_.prefetches.erase(daemon_.prefetches.begin());
    return daemon_.take_library("ListPrefetches", *request);
  }

 private:
  FakeDaemon& daemon_;
};

class FakeDaemon::Providers final : public v1::ProviderService::Service {
 public:
  explicit Providers(FakeDaemon& daemon) : daemon_(daemon) {}
  grpc::Status ListProviders(grpc::ServerContext* /*context*/, const v1::ListProvidersRequest* request,
                             v1::ListProvidersResponse* response) override {
    *response = daemon_.providers;
    return daemon_.take_library("ListProviders", *request);
  }
  grpc::Status GetNetwork(grpc::ServerContext* /*context*/, const v1::GetNetworkRequest* request,
                          v1::GetNetworkResponse* response) override {
    *response = daemon_.network;
    return daemon_.take_library("GetNetwork", *request);
  }
  grpc::Status RefreshProvider(grpc::ServerContext* /*context*/, const v1::RefreshProviderRequest* request,
                               v1::RefreshProviderResponse* response) override {
    if (daemon_.providers.providers_size() > 0) *response->mutable_provider() = daemon_.providers.providers(0);
    return daemon_.take_library("RefreshProvider", *request);
  }

 private:
  FakeDaemon& daemon_;
};

class FakeDaemon::System final : public v1::SystemService::Service {
 public:
  explicit System(FakeDaemon& daemon) : daemon_(daemon) {}
  grpc::Status GetVersion(grpc::ServerContext* /*context*/, const v1::GetVersionRequest* /*request*/,
                          v1::GetVersionResponse* response) override {
    *response = daemon_.version;
    return grpc::Status::OK;
  }
  grpc::Status GetHealth(grpc::ServerContext* /*context*/, const v1::GetHealthRequest* /*request*/,
                         v1::GetHealthResponse* response) override {
    *response = daemon_.health;
    return grpc::Status::OK;
  }
  grpc::Status Shutdown(grpc::ServerContext* /*context*/, const v1::ShutdownRequest* /*request*/,
                        v1::ShutdownResponse* /*response*/) override {
    ++daemon_.shutdowns;
    return grpc::Status::OK;
  }

 private:
  FakeDaemon& daemon_;
};

struct FakeDaemon::Serving {
  explicit Serving(FakeDaemon& daemon) : engine(daemon), library(daemon), providers(daemon), system(daemon) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + directory.path("segued.sock"), grpc::InsecureServerCredentials());
    builder.RegisterService(&engine);
    builder.RegisterService(&library);
    builder.RegisterService(&providers);
    builder.RegisterService(&system);
    server = builder.BuildAndStart();
    if (!server) std::abort();
  }

  testing::TempDir directory;
  Engine engine;
  Library library;
  Providers providers;
  System system;
  std::unique_ptr<grpc::Server> server;
};

grpc::Status FakeDaemon::take_library(const std::string& method, const google::protobuf::Message& request) {
  library_asked.push_back(method + " {" + request.ShortDebugString() + "}");
  return library_status;
}

FakeDaemon::FakeDaemon() : state(idle_state()), serving_(std::make_unique<Serving>(*this)) {}

FakeDaemon::~FakeDaemon() { stop(); }

void FakeDaemon::stop() {
  serving_->server->Shutdown(std::chrono::system_clock::now());
  serving_->server->Wait();
}

std::string FakeDaemon::address() const { return "unix:" + serving_->directory.path("segued.sock"); }

Start FakeDaemon::start_of(std::vector<std::string> arguments) const {
  Start start;
  start.arguments = std::move(arguments);
  start.environment = {{"SEGUE_SERVER", address()}, {"TERM", "xterm"}};
  return start;
}

Outcome FakeDaemon::segue(std::vector<std::string> arguments) const {
  return run_segue(start_of(std::move(arguments)));
}

grpc::Status failure_status(grpc::StatusCode code, const std::string& reason, const std::string& message) {
  google::rpc::ErrorInfo cause;
  cause.set_reason(reason);
  cause.set_domain("segue");
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  status.add_details()->PackFrom(cause);
  return {code, message, status.SerializeAsString()};
}

v1::State idle_state() {
  constexpr std::uint32_t kDecks = 4;
  v1::State state;
  for (std::uint32_t i = 1; i <= kDecks; ++i) {
    auto* deck = state.add_decks();
    deck->set_deck(i);
    deck->set_state(v1::Deck::EMPTY);
    deck->set_stretcher("soundtouch");
    auto* channel = state.add_channels();
    channel->set_channel(i);
    channel->set_fader(1.0);
    channel->set_side(v1::Assign::THRU);
  }
  state.mutable_master();
  state.mutable_engine()->set_sample_rate(48'000);
  state.mutable_engine()->set_block_frames(256);
  state.mutable_engine()->set_output("null");
  state.mutable_engine()->set_epoch("epoch-1");
  return state;
}

}  // namespace segue::test
