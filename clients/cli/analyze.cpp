// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>
#include <vector>

#include "clients/cli/analysis_text.h"
#include "clients/cli/json.h"
#include "clients/cli/music_files.h"
#include "clients/cli/progress.h"
#include "clients/cli/runners.h"
#include "clients/cli/terminal.h"
#include "clients/cli/text.h"
#include "clients/cli/value.h"

namespace segue::cli {
namespace {

using Response = v1::AnalyzeResponse;

constexpr std::size_t kUrisAtOnce = 1'000;     // that one request may name
constexpr double kBpmMin = 20, kBpmMax = 400;  // as the schema states

bool has_ended(const Response& news) { return news.state() == Response::DONE || news.state() == Response::FAILED; }

// What is told of the tracks asked for, in the order asked.
class Tracks {
 public:
  // False if it is there already.
  bool add(std::string uri, const std::string& word) {
    const auto is_new = places_.emplace(uri, tracks_.size()).second;
    if (!is_new) return false;
    tracks_.push_back({});
    tracks_.back().set_uri(std::move(uri));
    names_.push_back(one_line(word));
    return true;
  }

  // Progress alone leaves the newest answer in place. Null for a track that was not asked for.
  const Response* take(const Response& news) {
    const auto place = places_.find(news.uri());
    if (place == places_.end()) return nullptr;
    Response& track = tracks_[place->second];
    v1::Analysis known = track.analysis();
    const bool is_known = track.has_analysis();
    track = news;
    if (!news.has_analysis() && is_known) track.mutable_analysis()->Swap(&known);
    if (failure_ == nullptr && track.state() == Response::FAILED) failure_ = &track;
    return &track;
  }
  // A folder that could not be looked into.
  void add_unreadable(std::string folder) { unreadable_.push_back(std::move(folder)); }
  const std::vector<std::string>& unreadable() const { return unreadable_; }

  // As it was called on the command line.
  const std::string& name_of(const Response& track) const { return names_[places_.at(track.uri())]; }

  // The first that failed; null if none did.
  const Response* failure() const { return failure_; }

  // "████░░░░  42%  1 of 3 tracks  one.flac  124.0 bpm": how much of all was heard, and what is being heard.
  std::string progress() const {
    double heard = 0;
    std::size_t ended = 0;
    const Response* running = nullptr;
    for (const Response& track : tracks_) {
      heard += has_ended(track) ? 1 : track.progress();
      ended += has_ended(track) ? 1 : 0;
      if (running == nullptr && track.state() == Response::RUNNING) running = &track;
    }
    std::string line = progress_bar(heard / static_cast<double>(tracks_.size())) + "  " + std::to_string(ended) +
                       " of " + std::to_string(tracks_.size()) + " tracks";
    if (running == nullptr) return line;
    line += "  " + name_of(*running);
    if (running->has_analysis()) line += "  " + bpm_text(running->analysis().rhythm().bpm()) + " bpm";
    return line;
  }

  // {"analyses":[…]}, the last that was told of each.
  std::string json() const {
    std::string text = "{\"analyses\":[";
    for (std::size_t i = 0; i < tracks_.size(); ++i) {
      std::string track = to_json(tracks_[i], Format::kJsonl);
      track.pop_back();
      text += (i > 0 ? "," : "") + track;
    }
    return text + "]}\n";
  }

 private:
  std::vector<Response> tracks_;
  std::vector<std::string> names_;
  std::vector<std::string> unreadable_;
  std::map<std::string, std::size_t> places_;  // by address
  const Response* failure_ = nullptr;          // one of tracks_, which are all there before anything is told
};

// The tracks that the words name; a folder stands for the files of music in it.
Result<std::vector<std::string>> uris_of(const Call& call, Tracks& tracks) {
  std::vector<std::string> uris;
  for (const std::string& word : call.arguments) {
    MusicFiles found = music_files(word, call.environment.working_dir);
    if (found.files.empty() && found.unreadable.empty())
      return bad_value(one_line(word) + ": there is no file of music in this folder");
    for (std::string& folder : found.unreadable) tracks.add_unreadable(std::move(folder));
    for (const std::string& file : found.files) {
      auto uri = track_uri(file, call.environment.working_dir);
      if (!uri) return tl::unexpected(uri.error());
      if (tracks.add(*uri, file)) uris.push_back(*std::move(uri));
    }
  }
  return uris;
}

Result<v1::AnalyzeRequest> request_of(const Call& call) {
  v1::AnalyzeRequest request;
  request.set_force(call.has("--force"));
  const auto read = [&](const char* option, auto set) -> Result<void> {
    const std::string text = call.option(option);
    if (text.empty()) return {};
    const auto value = parse_number(text, option);
    if (!value) return tl::unexpected(value.error());
    if (*value < kBpmMin || *value > kBpmMax)
      return bad_value(std::string(option) + " must be 20 to 400 beats a minute, not '" + one_line(text) + "'");
    (request.mutable_hint()->*set)(*value);
    return {};
  };
  if (const auto good = read("--bpm-min", &v1::TempoHint::set_bpm_min); !good) return tl::unexpected(good.error());
  if (const auto good = read("--bpm-max", &v1::TempoHint::set_bpm_max); !good) return tl::unexpected(good.error());
  if (const auto good = read("--bpm", &v1::TempoHint::set_bpm); !good) return tl::unexpected(good.error());
  const v1::TempoHint& hint = request.hint();
  if (hint.bpm_min() > 0 && hint.bpm_max() > 0 && hint.bpm_min() >= hint.bpm_max())
    return bad_value("--bpm-min must be below --bpm-max");
  return request;
}

// Prints what is told as it is told: a table's rows, or a message a line.
class Printer {
 public:
  explicit Printer(const Call& call)
      : call_(call), line_(call.environment.stdout_is_terminal && !call.invocation.is_quiet) {}

  Result<void> tell(const Tracks& tracks, const Response& news, const Response& track) {
    const Format format = call_.invocation.format;
    if (format == Format::kJsonl) return print(to_json(news, format));
    if (format == Format::kText && has_ended(news)) {
      line_.clear();
      if (const auto told = row(tracks, track); !told) return told;
    }
    line_.show(tracks.progress());
    return {};
  }
  void end() { line_.clear(); }

 private:
  Result<void> row(const Tracks& tracks, const Response& track) {
    if (track.state() == Response::FAILED) {
      // The first one is the program's own failure, told in the end.
      if (tracks.failure() != &track) print_message("segue: " + one_line(track.error().message()) + "\n");
      return {};
    }
    std::string text = has_header_ ? std::string() : analysis_header();
    has_header_ = true;
    return print(text + analysis_line(track.analysis(), tracks.name_of(track)));
  }

  const Call& call_;
  ProgressLine line_;
  bool has_header_ = false;
};

}  // namespace

Result<int> run_analyze(const Call& call, Session& session) {
  Tracks tracks;
  auto request = request_of(call);
  if (!request) return tl::unexpected(request.error());
  const auto uris = uris_of(call, tracks);
  if (!uris) return tl::unexpected(uris.error());
  Printer printer(call);
  Result<void> done;
  for (std::size_t first = 0; first < uris->size() && done; first += kUrisAtOnce) {
    const auto begin = uris->begin() + static_cast<std::ptrdiff_t>(first);
    const auto count = static_cast<std::ptrdiff_t>(std::min(kUrisAtOnce, uris->size() - first));
    request->mutable_uris()->Assign(begin, begin + count);
    done = session.analyze(*request, [&](const Response& news) -> Result<void> {
      const Response* track = tracks.take(news);
      return track == nullptr ? Result<void>() : printer.tell(tracks, news, *track);
    });
  }
  printer.end();
  if (!done) return tl::unexpected(done.error());
  if (call.invocation.format == Format::kJson) {
    if (const auto printed = print(tracks.json()); !printed) return tl::unexpected(printed.error());
  }
  for (const std::string& folder : tracks.unreadable()) print_message("segue: " + one_line(folder) + "\n");
  if (const Response* failed = tracks.failure()) {
    return tl::unexpected(Failure{failed->error().code(), failed->error().reason(), failed->error().message()});
  }
  return tracks.unreadable().empty() ? 0 : 1;
}

}  // namespace segue::cli
