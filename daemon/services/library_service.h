// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "daemon/pacer.h"
#include "daemon/peers.h"
#include "daemon/services/message_stream.h"
#include "engine/engine.h"
#include "segue/v1/library_service.grpc.pb.h"

namespace segue::daemon {

// segue.v1.LibraryService on the wire: calls the library, answers when it does, stops it when the client has gone. On
// gRPC's threads. The engine outlives it.
class LibraryService final : public v1::LibraryService::CallbackService {
 public:
  LibraryService(Engine& engine, const Peers& peers, std::shared_ptr<Pacer> pacer, StreamTiming timing)
      : engine_(engine), peers_(peers), pacer_(std::move(pacer)), timing_(timing) {}

  grpc::ServerWriteReactor<v1::SearchResponse>* Search(grpc::CallbackServerContext* context,
                                                       const v1::SearchRequest* request) override;
  grpc::ServerUnaryReactor* Browse(grpc::CallbackServerContext* context, const v1::BrowseRequest* request,
                                   v1::BrowseResponse* response) override;
  grpc::ServerUnaryReactor* GetTrack(grpc::CallbackServerContext* context, const v1::GetTrackRequest* request,
                                     v1::GetTrackResponse* response) override;
  grpc::ServerUnaryReactor* GetArtwork(grpc::CallbackServerContext* context, const v1::GetArtworkRequest* request,
                                       v1::GetArtworkResponse* response) override;
  grpc::ServerUnaryReactor* ListPlaylists(grpc::CallbackServerContext* context, const v1::ListPlaylistsRequest* request,
                                          v1::ListPlaylistsResponse* response) override;
  grpc::ServerUnaryReactor* GetPlaylist(grpc::CallbackServerContext* context, const v1::GetPlaylistRequest* request,
                                        v1::GetPlaylistResponse* response) override;
  grpc::ServerUnaryReactor* CreatePlaylist(grpc::CallbackServerContext* context,
                                           const v1::CreatePlaylistRequest* request,
                                           v1::CreatePlaylistResponse* response) override;
  grpc::ServerUnaryReactor* EditPlaylist(grpc::CallbackServerContext* context, const v1::EditPlaylistRequest* request,
                                         v1::EditPlaylistResponse* response) override;
  grpc::ServerUnaryReactor* DeletePlaylist(grpc::CallbackServerContext* context,
                                           const v1::DeletePlaylistRequest* request,
                                           v1::DeletePlaylistResponse* response) override;
  grpc::ServerUnaryReactor* Prefetch(grpc::CallbackServerContext* context, const v1::PrefetchRequest* request,
                                     v1::PrefetchResponse* response) override;
  grpc::ServerUnaryReactor* ListPrefetches(grpc::CallbackServerContext* context,
                                           const v1::ListPrefetchesRequest* request,
                                           v1::ListPrefetchesResponse* response) override;
  grpc::ServerUnaryReactor* CancelPrefetch(grpc::CallbackServerContext* context,
                                           const v1::CancelPrefetchRequest* request,
                                           v1::CancelPrefetchResponse* response) override;
  grpc::ServerWriteReactor<v1::ImportLibraryResponse>* ImportLibrary(grpc::CallbackServerContext* context,
                                                                     const v1::ImportLibraryRequest* request) override;
  grpc::ServerUnaryReactor* ExportLibrary(grpc::CallbackServerContext* context, const v1::ExportLibraryRequest* request,
                                          v1::ExportLibraryResponse* response) override;
  grpc::ServerUnaryReactor* GetMarks(grpc::CallbackServerContext* context, const v1::GetMarksRequest* request,
                                     v1::GetMarksResponse* response) override;
  grpc::ServerUnaryReactor* SetMarks(grpc::CallbackServerContext* context, const v1::SetMarksRequest* request,
                                     v1::SetMarksResponse* response) override;
  grpc::ServerWriteReactor<v1::AnalyzeResponse>* Analyze(grpc::CallbackServerContext* context,
                                                         const v1::AnalyzeRequest* request) override;
  grpc::ServerUnaryReactor* GetAnalysis(grpc::CallbackServerContext* context, const v1::GetAnalysisRequest* request,
                                        v1::GetAnalysisResponse* response) override;
  grpc::ServerUnaryReactor* GetWaveform(grpc::CallbackServerContext* context, const v1::GetWaveformRequest* request,
                                        v1::GetWaveformResponse* response) override;
  grpc::ServerUnaryReactor* ListAnalyses(grpc::CallbackServerContext* context, const v1::ListAnalysesRequest* request,
                                         v1::ListAnalysesResponse* response) override;

 private:
  Engine& engine_;
  const Peers& peers_;
  const std::shared_ptr<Pacer> pacer_;
  const StreamTiming timing_;
};

}  // namespace segue::daemon
