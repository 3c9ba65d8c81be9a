// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/support/status.h>

#include "segue/v1/engine_service.pb.h"
#include "segue/v1/library_service.pb.h"
#include "segue/v1/provider_service.pb.h"
#include "segue/v1/system_service.pb.h"
#include "tests/clients/program.h"

namespace segue::test {

// A daemon without an engine, on a Unix socket of its own: says what a test tells it to and keeps what it was asked.
// Set the answers before the client runs; read what was asked after it has ended.
class FakeDaemon {
 public:
  FakeDaemon();
  ~FakeDaemon();
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

  // Answers. Execute fails with the front of `execute_failures` until there are none, then answers `execute_response`.
  v1::State state;
  v1::ExecuteResponse execute_response;
  std::vector<grpc::Status> execute_failures;
  bool is_execute_silent = false;  // Execute answers only when the client gives up
  grpc::Status state_status;
  std::vector<v1::WatchResponse> news;
  std::vector<v1::WatchMetersResponse> meters;
  bool ends_streams = false;  // else a stream stays open after its last message until the client goes
  grpc::Status stream_status;
  // Of the catalogues. A search tells these pieces and ends; the prefetch queue answers one list after the other, the
  // last for ever.
  std::vector<v1::SearchResponse> findings;
  v1::BrowseResponse level;
  v1::GetTrackResponse track;
  std::vector<v1::AnalyzeResponse> analyses;  // pieces of an Analyze, which then ends
  std::optional<v1::GetAnalysisResponse> analysis;  // without one GetAnalysis fails with NOT_ANALYSED
  v1::GetArtworkResponse artwork;
  v1::ListPlaylistsResponse playlists;
  v1::GetPlaylistResponse playlist;
  v1::GetMarksResponse marks;
  v1::ExportLibraryResponse exported;
  std::vector<v1::ImportLibraryResponse> import_news;
  std::vector<v1::ListPrefetchesResponse> prefetches;
  v1::ListProvidersResponse providers;
  v1::GetNetworkResponse network;
  grpc::Status library_status;  // of every call of both services

  v1::GetVersionResponse version;
  v1::GetHealthResponse health;

  // What was asked.
  std::vector<v1::ExecuteRequest> executed;
  std::vector<v1::WatchMetersRequest> meters_asked;
  std::vector<std::string> authorizations;
  std::vector<std::string> library_asked;  // "Method {text format}" of every call of both services
  int states_asked = 0;
  int shutdowns = 0;

  std::string address() const;
  // Runs `segue --server ADDRESS ARGUMENTS…` to its end.
  Outcome segue(std::vector<std::string> arguments) const;
  Start start_of(std::vector<std::string> arguments) const;

  // Ends the server, and with it every stream.
  void stop();

 private:
  class Engine;
  class Library;
  class Providers;
  class System;
  struct Serving;
  grpc::Status take_library(const std::string& method, const google::protobuf::Message& request);
  std::unique_ptr<Serving> serving_;
};

// A failure as the daemon sends it, its reason in google.rpc.ErrorInfo.
grpc::Status failure_status(grpc::StatusCode code, const std::string& reason, const std::string& message);

// Four decks as they stand after a start, at 48 kHz on the null driver.
v1::State idle_state();

}  // namespace segue::test
