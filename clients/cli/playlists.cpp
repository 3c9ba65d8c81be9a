// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "clients/cli/json.h"
#include "clients/cli/runners.h"
#include "clients/cli/status_text.h"
#include "clients/cli/terminal.h"
#include "clients/cli/text.h"
#include "clients/cli/track_text.h"

namespace segue::cli {
namespace {

using Library = v1::LibraryService::StubInterface;
using Words = std::vector<std::string>;

constexpr std::int64_t kPositionMax = 1'000'000;

Result<int> answer(const std::string& text) {
  const auto printed = print(text);
  if (!printed) return tl::unexpected(printed.error());
  return 0;
}

std::string playlist_line(const v1::Playlist& playlist) {
  std::string line = one_line(playlist.provider()) + "/" + one_line(playlist.name()) + "  " +
                     std::to_string(playlist.tracks()) + (playlist.tracks() == 1 ? " track" : " tracks");
  if (playlist.duration_s() > 0) line += "  " + clock_text(playlist.duration_s());
  if (!playlist.editable()) line += "  (read only)";
  return line + "\n";
}

// NAME, PROVIDER/NAME or PROVIDER/ID among what there is. Names are the users' and need not be unique.
Result<v1::Playlist> find(const Call& call, Session& session, const std::string& name) {
  v1::ListPlaylistsRequest request;
  request.set_provider(call.option("--provider"));
  // Who is named alone is asked, so that another that hangs is not waited for.
  const bool is_named = request.provider().empty() && name.find('/') != std::string::npos;
  if (is_named) request.set_provider(name.substr(0, name.find('/')));
  auto all = session.ask(&Library::ListPlaylists, request);
  const auto failed_with = [&all](const char* code) { return !all && all.error().code == code; };
  if (is_named && (failed_with("NOT_FOUND") || failed_with("INVALID_ARGUMENT"))) {  // a name with a stroke in it
    request.clear_provider();
    all = session.ask(&Library::ListPlaylists, request);
  }
  if (!all) return tl::unexpected(all.error());
  std::vector<const v1::Playlist*> found;
  for (const auto& playlist : all->playlists()) {
    const std::string prefix = playlist.provider() + "/";
    const bool is_it = name == playlist.name() || name == playlist.id() || name == prefix + playlist.name() ||
                       name == prefix + playlist.id();
    if (is_it) found.push_back(&playlist);
  }
  if (found.size() == 1) return *found.front();
  if (found.empty()) {
    std::string message = "there is no playlist '" + one_line(name) + "'";
    for (const auto& failure : all->failures()) message += "; " + one_line(failure.provider()) + " did not answer";
    return tl::unexpected(Failure{"NOT_FOUND", "PLAYLIST_MISSING", message + "; see segue playlists"});
  }
  std::string message = "several playlists are called '" + one_line(name) + "':";
  for (const auto* playlist : found) message += " " + one_line(playlist->provider()) + "/" + one_line(playlist->id());
  return tl::unexpected(Failure{"FAILED_PRECONDITION", "PLAYLIST_AMBIGUOUS", message});
}

Result<Words> uris_of(const Call& call, Words words) {
  for (std::string& word : words) {
    auto uri = track_uri(word, call.environment.working_dir);
    if (!uri) return tl::unexpected(uri.error());
    word = std::move(*uri);
  }
  return words;
}

template <typename Response>
Result<int> report(const Call& call, const Result<Response>& response) {
  if (!response) return tl::unexpected(response.error());
  if (call.invocation.format != Format::kText) return answer(to_json(*response, call.invocation.format));
  return 0;
}

Result<int> show(const Call& call, Session& session) {
  const auto playlist = find(call, session, call.arguments[0]);
  if (!playlist) return tl::unexpected(playlist.error());
  v1::GetPlaylistRequest request;
  request.set_provider(playlist->provider());
  request.set_id(playlist->id());
  const auto content = session.ask(&Library::GetPlaylist, request);
  if (!content) return tl::unexpected(content.error());
  if (call.invocation.format != Format::kText) return answer(to_json(*content, call.invocation.format));
  std::string text;
  for (int i = 0; i < content->tracks_size(); ++i) {
    text += right_aligned(std::to_string(i + 1), 4) + "  " + track_line(content->tracks(i));
  }
  return answer(text);
}

Result<int> create(const Call& call, Session& session, const Words& words) {
  auto uris = uris_of(call, words);
  if (!uris) return tl::unexpected(uris.error());
  v1::CreatePlaylistRequest request;
  request.set_provider(call.option("--provider"));
  request.set_name(call.arguments[0]);
  request.mutable_uris()->Add(uris->begin(), uris->end());
  return report(call, session.ask(&Library::CreatePlaylist, request));
}

Result<int> erase(const Call& call, Session& session) {
  const auto playlist = find(call, session, call.arguments[0]);
  if (!playlist) return tl::unexpected(playlist.error());
  v1::DeletePlaylistRequest request;
  request.set_provider(playlist->provider());
  request.set_id(playlist->id());
  return report(call, session.ask(&Library::DeletePlaylist, request));
}

// What the words after the action ask for; positions are typed from 1 and sent from 0.
Result<void> fill(const Call& call, const std::string& action, const Words& words, v1::EditPlaylistRequest& request) {
  const auto needs = [&](std::size_t least, std::size_t most, const char* usage) -> Result<void> {
    if (words.size() >= least && words.size() <= most) return {};
    return usage_failure("playlist: " + action + " takes " + usage);
  };
  const auto position = [&](std::size_t word, const char* what) {
    return parse_whole(words[word], what, 1, kPositionMax);
  };
  if (action == "add") {
    if (words.empty()) return usage_failure("playlist: add takes URI...");
    auto uris = uris_of(call, words);
    if (!uris) return tl::unexpected(uris.error());
    request.mutable_add()->mutable_uris()->Add(uris->begin(), uris->end());
    return {};
  }
  if (action == "rename") {
    if (auto fits = needs(1, 1, "NAME"); !fits) return fits;
    request.mutable_rename()->set_name(words[0]);
    return {};
  }
  const bool is_move = action == "move";
  if (auto fits = is_move ? needs(2, 3, "FROM TO [COUNT]") : needs(1, 2, "POSITION [COUNT]"); !fits) return fits;
  const auto from = position(0, is_move ? "FROM" : "POSITION");
  if (!from) return tl::unexpected(from.error());
  const std::size_t count_word = is_move ? 2 : 1;
  Result<std::int64_t> count = 1;
  if (words.size() > count_word) count = position(count_word, "COUNT");
  if (!count) return tl::unexpected(count.error());
  if (is_move) {
    const auto to = position(1, "TO");
    if (!to) return tl::unexpected(to.error());
    request.mutable_move()->set_position(static_cast<std::uint32_t>(*from - 1));
    request.mutable_move()->set_count(static_cast<std::uint32_t>(*count));
    request.mutable_move()->set_to(static_cast<std::uint32_t>(*to - 1));
  } else {
    request.mutable_remove()->set_position(static_cast<std::uint32_t>(*from - 1));
    request.mutable_remove()->set_count(static_cast<std::uint32_t>(*count));
  }
  return {};
}

// The list is looked at first: positions are of what the user saw, and the daemon refuses if it has changed since.
Result<int> edit(const Call& call, Session& session, const std::string& action, const Words& words) {
  v1::EditPlaylistRequest request;
  if (auto filled = fill(call, action, words, request); !filled) return tl::unexpected(filled.error());
  const auto playlist = find(call, session, call.arguments[0]);
  if (!playlist) return tl::unexpected(playlist.error());
  request.set_provider(playlist->provider());
  request.set_id(playlist->id());
  request.set_version(playlist->version());
  if (playlist->version().empty()) {  // some servers tell it with the tracks only
    v1::GetPlaylistRequest look;
    look.set_provider(playlist->provider());
    look.set_id(playlist->id());
    const auto content = session.ask(&Library::GetPlaylist, look);
    if (!content) return tl::unexpected(content.error());
    request.set_version(content->playlist().version());
  }
  return report(call, session.ask(&Library::EditPlaylist, request));
}

}  // namespace

Result<int> run_playlists(const Call& call, Session& session) {
  v1::ListPlaylistsRequest request;
  request.set_provider(call.option("--provider"));
  const auto response = session.ask(&Library::ListPlaylists, request);
  if (!response) return tl::unexpected(response.error());
  if (call.invocation.format != Format::kText) return answer(to_json(*response, call.invocation.format));
  std::string text;
  for (const auto& playlist : response->playlists()) text += playlist_line(playlist);
  if (!call.invocation.is_quiet) {
    for (const auto& failure : response->failures()) {
      print_message(outcome_line(failure.provider(), failure.error().message()));
    }
  }
  return answer(text);
}

Result<int> run_playlist(const Call& call, Session& session) {
  for (const std::string& word : call.arguments) {
    if (!is_valid_utf8(word)) return bad_value("playlist: '" + one_line(word) + "' is not UTF-8");
  }
  if (call.arguments.size() == 1) return show(call, session);
  const std::string& action = call.arguments[1];
  const Words words(call.arguments.begin() + 2, call.arguments.end());
  if (action == "create") return create(call, session, words);
  if (action == "delete" && words.empty()) return erase(call, session);
  if (action == "add" || action == "remove" || action == "move" || action == "rename") {
    return edit(call, session, action, words);
  }
  return usage_failure("playlist: '" + one_line(action) +
                       "' is not create, add, remove, move, rename or delete; see segue playlist --help");
}

}  // namespace segue::cli
