// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/analyses.h"

#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "engine/catalog/turns.h"
#include "engine/control/library/analysis_messages.h"
#include "engine/control/library/requests.h"
#include "engine/control/state.h"
#include "engine/net/url.h"
#include "engine/stream/track_loader.h"

namespace segue::control {
namespace {

constexpr std::chrono::milliseconds kPatience{15'000};  // of a disk: of any call that is no search

bool says_something(const v1::TempoHint& hint) {
  return hint.bpm() != 0 || hint.bpm_min() != 0 || hint.bpm_max() != 0;
}

// A file of another length than what was heard is another one.
bool is_other_file(const std::string& uri, const std::string& content) {
  const auto path = stream::path_of_uri(uri);
  if (!path) return false;  // no file
  std::error_code error;
  const auto size = std::filesystem::file_size(*path, error);
  return !error && !content.starts_with(std::to_string(size) + "-");
}

tl::unexpected<Error> cancelled() {
  return fail(Code::kCancelled, "CALL_CANCELLED", "analyze: nobody waits for it any more");
}

}  // namespace

// One Analyze: asks for its tracks, tells what the queue says of them, and withdraws them when it is stopped. Kept alive
// by what it has asked for.
class Analyses::Listening : public std::enable_shared_from_this<Listening> {
 public:
  using Tell = std::function<void(v1::AnalyzeResponse)>;
  using Done = std::function<void(Result<void>)>;
  Listening(AnalysisQueue& queue, Tell tell, Done done)
      : queue_(queue), tell_(std::move(tell)), done_(std::move(done)) {}

  void begin(const v1::AnalyzeRequest& request, const std::stop_token& stop) {
    const std::set<std::string> uris(request.uris().begin(), request.uris().end());
    left_ = uris.size();
    std::set<std::string> asked;
    for (const std::string& uri : request.uris()) {
      if (asked.insert(uri).second) ask(uri, request);
    }
    on_stop_.emplace(stop, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->cancel();
    });
  }

  void cancel() {
    std::vector<std::uint64_t> asks;
    {
      const std::lock_guard lock(mutex_);
      if (is_ended_) return;
      is_ended_ = true;
      asks.swap(asks_);
      pieces_.clear();
    }
    for (const std::uint64_t ask : asks) queue_.withdraw(ask);
    turns_.post([self = shared_from_this()] { self->done_(cancelled()); });
  }

 private:
  void ask(const std::string& uri, const v1::AnalyzeRequest& request) {
    const auto ask = queue_.ask({.uri = uri,
                                 .urgency = Urgency::kAsked,
                                 .hint = hint_of(request.hint()),
                                 .is_forced = request.force() || says_something(request.hint())},
                                [self = shared_from_this(), uri](const AnalysisNews& news) { self->hear(uri, news); });
    if (!ask) {
      AnalysisNews news;
      news.stage = AnalysisNews::Stage::kFailed;
      news.error = ask.error();
      return hear(uri, news);
    }
    const std::lock_guard lock(mutex_);
    asks_.push_back(*ask);
  }

  void hear(const std::string& uri, const AnalysisNews& news) {
    using Stage = AnalysisNews::Stage;
    const bool is_over = news.stage == Stage::kDone || news.stage == Stage::kFailed;
    bool is_last = false;
    v1::AnalyzeResponse message = to_message(uri, news);
    {
      const std::lock_guard lock(mutex_);
      if (is_ended_) return;
      // An analysis is sent once: progress alone repeats the newest, and the whole one comes with the end.
      auto& told = told_[uri];
      const bool is_whole = news.analysis != nullptr && news.analysis->is_final && !news.is_from_library;
      if (!is_over && (is_whole || told == news.analysis)) message.clear_analysis();
      told = news.analysis;
      if (is_over) {
        told_.erase(uri);
        is_last = is_ended_ = --left_ == 0;
      }
      pieces_.push_back(std::move(message));
    }
    turns_.post([self = shared_from_this(), is_last] { self->tell_next(is_last); });
  }

  // On the turn's thread: one at a time.
  void tell_next(bool is_last) {
    std::deque<v1::AnalyzeResponse> pieces;
    {
      const std::lock_guard lock(mutex_);
      pieces.swap(pieces_);
    }
    for (v1::AnalyzeResponse& piece : pieces) tell_(std::move(piece));
    if (is_last) done_({});
  }

  AnalysisQueue& queue_;
  const Tell tell_;
  const Done done_;
  catalog::Turns turns_;
  std::mutex mutex_;  // guards all below but on_stop_
  std::vector<std::uint64_t> asks_;
  std::map<std::string, std::shared_ptr<const model::TrackAnalysis>> told_;  // last sent, by address
  std::deque<v1::AnalyzeResponse> pieces_;                                   // to be told
  std::size_t left_ = 0;  // tracks that have not ended
  bool is_ended_ = false;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

Analyses::~Analyses() {
  std::vector<std::weak_ptr<Listening>> open;
  {
    const std::lock_guard lock(mutex_);
    open.swap(open_);
  }
  for (const auto& weak : open) {
    if (const auto listening = weak.lock()) listening->cancel();
  }
}

void Analyses::analyze(const v1::AnalyzeRequest& request, const std::stop_token& stop,
                       std::function<void(v1::AnalyzeResponse)> tell, std::function<void(Result<void>)> done) {
  const auto listening = std::make_shared<Listening>(parts_.queue, std::move(tell), std::move(done));
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(open_, [](const auto& weak) { return weak.expired(); });
    open_.push_back(listening);
  }
  listening->begin(request, stop);
}

Result<Analyses::Kept> Analyses::read(catalog::Library& library, const std::string& uri) {
  const auto content = library.content_of(uri);
  if (!content) return tl::unexpected(content.error());
  const auto missing =
      fail(Code::kNotFound, "NOT_ANALYSED", net::label_of(uri) + ": not analysed yet: segue analyze does that");
  if (content->empty() || is_other_file(uri, *content)) return missing;
  auto analysis = library.analysis(*content);
  if (!analysis) return tl::unexpected(analysis.error());
  if (!*analysis) return missing;
  return Kept{*content, **std::move(analysis)};
}

void Analyses::with_kept(const std::string& uri, const std::stop_token& stop,
                         std::function<void(Result<Kept>)> answer) {
  std::string keeper;  // a provider whose threads wait for the library
  for (const auto& status : parts_.catalogue.providers()) {
    if (keeper.empty() && status.description.type == "local") keeper = status.description.name;
  }
  const auto kept = std::make_shared<std::optional<Result<Kept>>>();
  auto task = [kept, uri, library = &parts_.library](catalog::Provider&, const std::stop_token&) -> Result<void> {
    *kept = read(*library, uri);
    return {};
  };
  parts_.catalogue.ask(keeper, kPatience, stop, std::move(task),
                       [kept, answer = std::move(answer)](const Result<void>& outcome) {
                         if (!outcome) return answer(tl::unexpected(outcome.error()));
                         answer(std::move(**kept));
                       });
}

void Analyses::get(const v1::GetAnalysisRequest& request, const std::stop_token& stop,
                   LibraryAccess::Answer<v1::GetAnalysisResponse> answer) {
  with_kept(request.uri(), stop, [answer = std::move(answer)](const Result<Kept>& kept) {
    if (!kept) return answer(tl::unexpected(kept.error()));
    v1::GetAnalysisResponse response;
    *response.mutable_analysis() = to_message(kept->analysis);
    response.set_content(kept->content);
    answer(std::move(response));
  });
}

void Analyses::get_waveform(const v1::GetWaveformRequest& request, const std::stop_token& stop,
                            LibraryAccess::Answer<v1::GetWaveformResponse> answer) {
  with_kept(request.uri(), stop, [request, answer = std::move(answer)](const Result<Kept>& kept) {
    if (!kept) return answer(tl::unexpected(kept.error()));
    answer(waveform_message(request, kept->content, kept->analysis));
  });
}

v1::ListAnalysesResponse Analyses::list() const {
  v1::ListAnalysesResponse response;
  for (const AnalysisQueue::Item& item : parts_.queue.list()) *response.add_items() = to_message(item);
  return response;
}

}  // namespace segue::control
