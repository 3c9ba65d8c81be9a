// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <google/protobuf/message.h>

#include "engine/engine.h"

namespace segue::testing {

// A library that remembers what it was asked and answers what the test has put in: a message for each kind of call
// (an empty one unless set), or an error. Searches tell what the test says, when it says so. Thread-safe.
class FakeLibrary final : public LibraryAccess {
 public:
  void search(const v1::SearchRequest& request, const std::stop_token& stop,
              std::function<void(v1::SearchResponse)> tell, std::function<void(Result<void>)> done) override;
  void browse(v1::BrowseRequest request, std::stop_token stop, Answer<v1::BrowseResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }
  void get_track(v1::GetTrackRequest request, std::stop_token stop, Answer<v1::GetTrackResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }
  void get_artwork(v1::GetArtworkRequest request, std::stop_token stop,
                   Answer<v1::GetArtworkResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }
  void list_playlists(v1::ListPlaylistsRequest request, std::stop_token stop,
                      Answer<v1::ListPlaylistsResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }
  void get_playlist(v1::GetPlaylistRequest request, std::stop_token stop,
                    Answer<v1::GetPlaylistResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }
  void create_playlist(v1::CreatePlaylistRequest request, std::stop_token stop,
                       Answer<v1::CreatePlaylistResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }
  void edit_playlist(v1::EditPlaylistRequest request, std::stop_token stop,
                     Answer<v1::EditPlaylistResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }
  void delete_playlist(v1::DeletePlaylistRequest request, std::stop_token stop,
                       Answer<v1::DeletePlaylistResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }
  void prefetch(v1::PrefetchRequest request, Answer<v1::PrefetchResponse> answer) override {
    settle(request, {}, std::move(answer));
  }
  void list_prefetches(v1::ListPrefetchesRequest request, Answer<v1::ListPrefetchesResponse> answer) override {
    settle(request, {}, std::move(answer));
  }
  void cancel_prefetch(v1::CancelPrefetchRequest request, Answer<v1::CancelPrefetchResponse> answer) override {
    settle(request, {}, std::move(answer));
  }
  void analyze(const v1::AnalyzeRequest& request, const std::stop_token& stop,
               std::function<void(v1::AnalyzeResponse)> tell, std::function<void(Result<void>)> done) override;
  void get_analysis(v1::GetAnalysisRequest request, std::stop_token stop,
                    Answer<v1::GetAnalysisResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }
  void get_waveform(v1::GetWaveformRequest request, std::stop_token stop,
                    Answer<v1::GetWaveformResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }
  void list_analyses(v1::ListAnalysesRequest request, Answer<v1::ListAnalysesResponse> answer) override {
    settle(request, {}, std::move(answer));
  }
  void list_providers(v1::ListProvidersRequest request, Answer<v1::ListProvidersResponse> answer) override {
    settle(request, {}, std::move(answer));
  }
  void refresh_provider(v1::RefreshProviderRequest request, std::stop_token stop,
                        Answer<v1::RefreshProviderResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }
  void get_network(v1::GetNetworkRequest request, Answer<v1::GetNetworkResponse> answer) override {
    settle(request, {}, std::move(answer));
  }

  void import_library(const v1::ImportLibraryRequest& request, const Origin& origin, const std::stop_token& stop,
                      std::function<void(v1::ImportLibraryResponse)> tell,
                      std::function<void(Result<void>)> done) override {
    if (!origin.may_use_any_file) return done(fail(Code::kPermissionDenied, "FILE_NOT_ALLOWED", "not this one"));
    settle<v1::ImportLibraryResponse>(request, stop, [tell, done](Result<v1::ImportLibraryResponse> piece) {
      if (!piece) return done(tl::unexpected(piece.error()));
      tell(*std::move(piece));
      done({});
    });
  }
  void export_library(v1::ExportLibraryRequest request, const Origin& origin, std::stop_token stop,
                      Answer<v1::ExportLibraryResponse> answer) override {
    if (!origin.may_use_any_file) return answer(fail(Code::kPermissionDenied, "FILE_NOT_ALLOWED", "not this one"));
    settle(request, std::move(stop), std::move(answer));
  }
  void get_marks(v1::GetMarksRequest request, std::stop_token stop, Answer<v1::GetMarksResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }
  void set_marks(v1::SetMarksRequest request, std::stop_token stop, Answer<v1::SetMarksResponse> answer) override {
    settle(request, std::move(stop), std::move(answer));
  }

  // From now on calls that this type of message answers get this one.
  void put(const google::protobuf::Message& response);
  // From now on calls fail with this.
  void fail_with(Error error);
  // From now on calls are answered when their client stops them, and never otherwise.
  void hang();
  // Blocks until so many calls have come, searches included.
  void wait_asked(std::size_t count);
  // Blocks until so many calls have been stopped.
  void wait_stopped(std::size_t count);
  // What was asked, as "TypeName {fields}".
  std::vector<std::string> asked() const;

  // The newest search: tells a piece of it, ends it. After `wait_asked`.
  void tell(v1::SearchResponse piece);
  void end(Result<void> outcome = {});
  // The newest analyze, likewise.
  void tell(v1::AnalyzeResponse piece);
  void end_analyze(Result<void> outcome = {});

 private:
  template <typename Piece>
  struct Open {
    std::function<void(Piece)> tell;
    std::function<void(Result<void>)> done;
  };
  using OnStop = std::stop_callback<std::function<void()>>;

  // Keeps what a streaming call is answered by; one that is to fail has failed when this returns.
  template <typename Piece>
  void open(Open<Piece>& kept, Open<Piece> opened, const google::protobuf::Message& request,
            const std::stop_token& stop) {
    std::optional<Error> failure;
    const auto done = opened.done;
    {
      const std::lock_guard lock(mutex_);
      failure = failure_;
      kept = std::move(opened);
    }
    if (failure) done(tl::unexpected(*failure));
    watch(stop, [] {});
    note(request);
  }
  // Remembers a call.
  void note(const google::protobuf::Message& request);
  void watch(const std::stop_token& stop, std::function<void()> on_stop);
  template <typename Response>
  void settle(const google::protobuf::Message& request, const std::stop_token& stop, Answer<Response> answer) {
    note(request);
    std::unique_lock lock(mutex_);
    if (hangs_) {
      lock.unlock();
      return watch(stop, [answer = std::move(answer)] {
        answer(fail(Code::kCancelled, "CALL_CANCELLED", "nobody waits for it any more"));
      });
    }
    if (failure_) {
      const Error error = *failure_;
      lock.unlock();
      return answer(tl::unexpected(error));
    }
    Response response;
    if (const auto put = responses_.find(response.GetTypeName()); put != responses_.end()) {
      response.ParseFromString(put->second);
    }
    lock.unlock();
    answer(std::move(response));
  }

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<std::string> asked_;
  std::map<std::string, std::string> responses_;  // serialised, by type name
  std::optional<Error> failure_;
  bool hangs_ = false;
  std::size_t stopped_ = 0;
  Open<v1::SearchResponse> search_;
  Open<v1::AnalyzeResponse> analyze_;
  std::vector<std::unique_ptr<OnStop>> watched_;
};

}  // namespace segue::testing
