// SPDX-License-Identifier: GPL-3.0-or-later
// search, browse, track, artwork.
#include <fstream>
#include <map>
#include <vector>

#include "clients/cli/analysis_text.h"
#include "clients/cli/json.h"
#include "clients/cli/progress.h"
#include "clients/cli/runners.h"
#include "clients/cli/terminal.h"
#include "clients/cli/text.h"
#include "clients/cli/track_text.h"

namespace segue::cli {
namespace {

using Library = v1::LibraryService::StubInterface;
constexpr std::int64_t kLimitMax = 500;         // the daemon's
constexpr std::int64_t kOffsetMax = 1'000'000;  // farther than anybody pages

Result<int> answer(const std::string& text) {
  const auto printed = print(text);
  if (!printed) return tl::unexpected(printed.error());
  return 0;
}

// Gathers what a search tells, in the order in which tracks were first told of.
class Findings {
 public:
  // Lines of tracks that were not told before.
  std::string take(const v1::SearchResponse& news) {
    std::string lines;
    for (const auto& result : news.results()) {
      const auto known = place_of(result);
      if (known < results_.size()) {
        results_[known] = result;
      } else {
        results_.push_back(result);
        lines += track_line(result.track());
      }
      remember(result, known);
    }
    for (const auto& outcome : news.outcomes()) outcomes_.push_back(outcome);
    return lines;
  }

  std::string remarks() const {
    std::string lines;
    for (const auto& outcome : outcomes_) {
      if (outcome.has_error()) lines += outcome_line(outcome.provider(), outcome.error().message());
    }
    return lines;
  }

  // Every catalogue that was asked failed: then so has the search.
  const v1::Error* failure() const {
    if (outcomes_.empty() || !results_.empty()) return nullptr;
    for (const auto& outcome : outcomes_) {
      if (!outcome.has_error()) return nullptr;
    }
    return &outcomes_.front().error();
  }

  // {"results":[TRACK…],"outcomes":[…]}, each track with the others that are the same recording.
  std::string json() const {
    std::string text = "{\"results\":[";
    for (std::size_t i = 0; i < results_.size(); ++i) {
      std::string track = compact(results_[i].track());
      track.pop_back();
      track += ",\"others\":[";
      for (int j = 0; j < results_[i].others_size(); ++j) {
        track += (j > 0 ? "," : "") + compact(results_[i].others(j));
      }
      text += (i > 0 ? "," : "") + track + "]}";
    }
    text += "],\"outcomes\":[";
    for (std::size_t i = 0; i < outcomes_.size(); ++i) text += (i > 0 ? "," : "") + compact(outcomes_[i]);
    return text + "]}\n";
  }

 private:
  static std::string compact(const google::protobuf::Message& message) {
    std::string text = to_json(message, Format::kJsonl);
    text.pop_back();
    return text;
  }
  std::size_t place_of(const v1::SearchResponse::Result& result) const {
    if (const auto found = places_.find(result.track().uri()); found != places_.end()) return found->second;
    for (const auto& other : result.others()) {
      if (const auto found = places_.find(other.uri()); found != places_.end()) return found->second;
    }
    return results_.size();
  }
  void remember(const v1::SearchResponse::Result& result, std::size_t place) {
    places_[result.track().uri()] = place;
    for (const auto& other : result.others()) places_[other.uri()] = place;
  }

  std::vector<v1::SearchResponse::Result> results_;
  std::map<std::string, std::size_t> places_;  // by the address of each source
  std::vector<v1::SearchResponse::ProviderOutcome> outcomes_;
};

Result<v1::SearchRequest> search_request(const Call& call) {
  v1::SearchRequest request;
  std::string text;
  for (const std::string& word : call.arguments) text += (text.empty() ? "" : " ") + word;
  if (!is_valid_utf8(text)) return bad_value("TEXT must be UTF-8");
  request.set_text(text);
  if (const std::string provider = call.option("--provider"); !provider.empty()) request.add_providers(provider);
  if (const std::string limit = call.option("--limit"); !limit.empty()) {
    const auto value = parse_whole(limit, "--limit", 1, kLimitMax);
    if (!value) return tl::unexpected(value.error());
    request.set_limit(static_cast<std::uint32_t>(*value));
  }
  if (const std::string offset = call.option("--offset"); !offset.empty()) {
    const auto value = parse_whole(offset, "--offset", 0, kOffsetMax);
    if (!value) return tl::unexpected(value.error());
    request.set_offset(static_cast<std::uint32_t>(*value));
  }
  return request;
}

}  // namespace

Result<int> run_search(const Call& call, Session& session) {
  const auto request = search_request(call);
  if (!request) return tl::unexpected(request.error());
  const Format format = call.invocation.format;
  Findings findings;
  const auto done = session.search(*request, [&](const v1::SearchResponse& news) -> Result<void> {
    const std::string lines = findings.take(news);
    if (format == Format::kText) return print(lines);
    return format == Format::kJsonl ? print(to_json(news, Format::kJsonl)) : Result<void>{};
  });
  if (!done) return tl::unexpected(done.error());
  if (format == Format::kJson) {
    if (const auto printed = print(findings.json()); !printed) return tl::unexpected(printed.error());
  }
  if (const v1::Error* failure = findings.failure()) {
    return tl::unexpected(Failure{failure->code(), failure->reason(), failure->message()});
  }
  if (format == Format::kText && !call.invocation.is_quiet) print_message(findings.remarks());
  return 0;
}

Result<int> run_browse(const Call& call, Session& session) {
  v1::BrowseRequest request;
  if (!call.arguments.empty()) request.set_provider(call.arguments[0]);
  if (call.arguments.size() > 1) request.set_node(call.arguments[1]);
  request.set_page(call.option("--page"));
  const auto response = session.ask(&Library::Browse, request);
  if (!response) return tl::unexpected(response.error());
  if (call.invocation.format != Format::kText) return answer(to_json(*response, call.invocation.format));
  std::string text;
  for (const auto& node : response->nodes()) {
    text += padded(one_line(node.kind()), 10) + one_line(node.title());
    if (node.tracks() > 0) text += "  " + std::to_string(node.tracks()) + " tracks";
    text += "  " + one_line(node.id()) + "\n";
  }
  for (const auto& track : response->tracks()) text += track_line(track);
  if (!response->next_page().empty() && !call.invocation.is_quiet) {
    print_message("segue: there is more: --page=" + one_line(response->next_page()) + "\n");
  }
  return answer(text);
}

Result<int> run_track(const Call& call, Session& session) {
  auto uri = track_uri(call.arguments[0], call.environment.working_dir);
  if (!uri) return tl::unexpected(uri.error());
  v1::GetTrackRequest request;
  request.set_uri(*uri);
  const auto response = session.ask(&Library::GetTrack, request);
  if (!response) return tl::unexpected(response.error());
  if (call.invocation.format != Format::kText) return answer(to_json(*response, call.invocation.format));
  std::string text = track_details(response->track());
  // The daemon may not have listened to it, and one that is older cannot say.
  v1::GetAnalysisRequest heard;
  heard.set_uri(*uri);
  if (const auto analysis = session.ask(&Library::GetAnalysis, heard)) text += analysis_details(analysis->analysis());
  if (response->cached_bytes() > 0) text += padded("cached", 14) + bytes_text(response->cached_bytes()) + "\n";
  return answer(text);
}

Result<int> run_artwork(const Call& call, Session& session) {
  auto uri = track_uri(call.arguments[0], call.environment.working_dir);
  if (!uri) return tl::unexpected(uri.error());
  v1::GetArtworkRequest request;
  request.set_uri(*uri);
  const auto response = session.ask(&Library::GetArtwork, request);
  if (!response) return tl::unexpected(response.error());
  const std::string& path = call.arguments[1];
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(response->picture().data(), static_cast<std::streamsize>(response->picture().size()));
  file.close();
  if (!file) return other_failure("FILE_UNWRITABLE", one_line(path) + ": cannot be written");
  if (call.invocation.is_quiet || call.invocation.format != Format::kText) return 0;
  print_message("segue: " + one_line(response->mime()) + ", " +
                bytes_text(static_cast<std::int64_t>(response->picture().size())) + "\n");
  return 0;
}

}  // namespace segue::cli
