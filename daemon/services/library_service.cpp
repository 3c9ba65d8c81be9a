// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/services/library_service.h"

#include "daemon/origins.h"
#include "daemon/services/pending_answer.h"
#include "daemon/services/told_source.h"

namespace segue::daemon {

grpc::ServerWriteReactor<v1::SearchResponse>* LibraryService::Search(grpc::CallbackServerContext* context,
                                                                     const v1::SearchRequest* request) {
  using Stream = MessageStream<v1::SearchResponse>;
  return Stream::start(pacer_, timing_, *context, [&](std::function<void()> wake) -> Result<Stream::Source> {
    return std::make_unique<ToldSource<v1::SearchResponse>>(
        [&](const std::stop_token& stop, auto tell, auto done) {
          engine_.library().search(*request, stop, std::move(tell), std::move(done));
        },
        std::move(wake));
  });
}

grpc::ServerUnaryReactor* LibraryService::Browse(grpc::CallbackServerContext*, const v1::BrowseRequest* request,
                                                 v1::BrowseResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().browse(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::GetTrack(grpc::CallbackServerContext*, const v1::GetTrackRequest* request,
                                                   v1::GetTrackResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().get_track(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::GetArtwork(grpc::CallbackServerContext*, const v1::GetArtworkRequest* request,
                                                     v1::GetArtworkResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().get_artwork(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::ListPlaylists(grpc::CallbackServerContext*,
                                                        const v1::ListPlaylistsRequest* request,
                                                        v1::ListPlaylistsResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().list_playlists(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::GetPlaylist(grpc::CallbackServerContext*,
                                                      const v1::GetPlaylistRequest* request,
                                                      v1::GetPlaylistResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().get_playlist(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::CreatePlaylist(grpc::CallbackServerContext*,
                                                         const v1::CreatePlaylistRequest* request,
                                                         v1::CreatePlaylistResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().create_playlist(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::EditPlaylist(grpc::CallbackServerContext*,
                                                       const v1::EditPlaylistRequest* request,
                                                       v1::EditPlaylistResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().edit_playlist(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::DeletePlaylist(grpc::CallbackServerContext*,
                                                         const v1::DeletePlaylistRequest* request,
                                                         v1::DeletePlaylistResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().delete_playlist(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::Prefetch(grpc::CallbackServerContext*, const v1::PrefetchRequest* request,
                                                   v1::PrefetchResponse* response) {
  return answer_later(
      *response, [&](const std::stop_token&, auto answer) { engine_.library().prefetch(*request, std::move(answer)); });
}

grpc::ServerUnaryReactor* LibraryService::ListPrefetches(grpc::CallbackServerContext*,
                                                         const v1::ListPrefetchesRequest* request,
                                                         v1::ListPrefetchesResponse* response) {
  return answer_later(*response, [&](const std::stop_token&, auto answer) {
    engine_.library().list_prefetches(*request, std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::CancelPrefetch(grpc::CallbackServerContext*,
                                                         const v1::CancelPrefetchRequest* request,
                                                         v1::CancelPrefetchResponse* response) {
  return answer_later(*response, [&](const std::stop_token&, auto answer) {
    engine_.library().cancel_prefetch(*request, std::move(answer));
  });
}

grpc::ServerWriteReactor<v1::ImportLibraryResponse>* LibraryService::ImportLibrary(
    grpc::CallbackServerContext* context, const v1::ImportLibraryRequest* request) {
  using Stream = MessageStream<v1::ImportLibraryResponse>;
  return Stream::start(pacer_, timing_, *context, [&](std::function<void()> wake) -> Result<Stream::Source> {
    const auto origin = origin_of(peers_, *context);
    if (!origin) return tl::unexpected(origin.error());
    return std::make_unique<ToldSource<v1::ImportLibraryResponse>>(
        [&](const std::stop_token& stop, auto tell, auto done) {
          engine_.library().import_library(*request, *origin, stop, std::move(tell), std::move(done));
        },
        std::move(wake));
  });
}

grpc::ServerUnaryReactor* LibraryService::ExportLibrary(grpc::CallbackServerContext* context,
                                                        const v1::ExportLibraryRequest* request,
                                                        v1::ExportLibraryResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    const auto origin = origin_of(peers_, *context);
    if (!origin) return answer(tl::unexpected(origin.error()));
    engine_.library().export_library(*request, *origin, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::GetMarks(grpc::CallbackServerContext*, const v1::GetMarksRequest* request,
                                                   v1::GetMarksResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().get_marks(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::SetMarks(grpc::CallbackServerContext*, const v1::SetMarksRequest* request,
                                                   v1::SetMarksResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().set_marks(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerWriteReactor<v1::AnalyzeResponse>* LibraryService::Analyze(grpc::CallbackServerContext* context,
                                                                       const v1::AnalyzeRequest* request) {
  using Stream = MessageStream<v1::AnalyzeResponse>;
  return Stream::start(pacer_, timing_, *context, [&](std::function<void()> wake) -> Result<Stream::Source> {
    const auto begin = [&](const std::stop_token& stop, auto tell, auto done) {
      engine_.library().analyze(*request, stop, std::move(tell), std::move(done));
    };
    return std::make_unique<ToldSource<v1::AnalyzeResponse>>(begin, std::move(wake));
  });
}

grpc::ServerUnaryReactor* LibraryService::GetAnalysis(grpc::CallbackServerContext*,
                                                      const v1::GetAnalysisRequest* request,
                                                      v1::GetAnalysisResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().get_analysis(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::GetWaveform(grpc::CallbackServerContext*,
                                                      const v1::GetWaveformRequest* request,
                                                      v1::GetWaveformResponse* response) {
  return answer_later(*response, [&](std::stop_token stop, auto answer) {
    engine_.library().get_waveform(*request, std::move(stop), std::move(answer));
  });
}

grpc::ServerUnaryReactor* LibraryService::ListAnalyses(grpc::CallbackServerContext*,
                                                       const v1::ListAnalysesRequest* request,
                                                       v1::ListAnalysesResponse* response) {
  return answer_later(*response, [&](const std::stop_token&, auto answer) {
    engine_.library().list_analyses(*request, std::move(answer));
  });
}

}  // namespace segue::daemon
