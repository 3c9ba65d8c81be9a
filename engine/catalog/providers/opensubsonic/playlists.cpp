// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic/playlists.h"

#include <algorithm>
#include <set>

#include "engine/base/text.h"
#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/provider.h"
#include "engine/catalog/providers/digest.h"
#include "engine/catalog/providers/opensubsonic/playlist_change.h"
#include "engine/catalog/providers/opensubsonic/songs.h"

namespace segue::catalog::opensubsonic {
namespace {

constexpr std::size_t kNameBytesMax = 800;  // 200 characters
constexpr std::size_t kVersionDigits = 16;  // 64 bits tell all versions of a list apart

Error missing(const Session& session, const std::string& id, Failure failure) {
  const bool is_missing = failure.code == kNotFound || failure.code == 0;
  if (!is_missing) return std::move(failure.error);
  return {Code::kNotFound, "PLAYLIST_MISSING",
          session.account().name() + ": there is no playlist \"" + printable(id, 200) + "\""};
}

std::string version_of(const PlaylistContent& content) {
  std::string text = content.playlist.name;
  for (const Entry& entry : content.entries) text += '\n' + entry.id;
  return sha256_hex(text).substr(0, kVersionDigits);
}

Result<std::vector<std::string>> ids_of(const Session& session, const std::vector<std::string>& uris) {
  const std::string& name = session.account().name();
  std::vector<std::string> ids;
  ids.reserve(uris.size());
  for (const std::string& uri : uris) {
    std::optional<ProviderUri> parsed = parse_uri(uri);
    if (!parsed || parsed->provider != name || parsed->id.starts_with(kStationPrefix)) {
      return fail(Code::kInvalidArgument, "TRACK_FOREIGN",
                  name + ": its playlists hold its own tracks only, not " + printable(uri, 200));
    }
    ids.push_back(std::move(parsed->id));
  }
  return ids;
}

Result<std::string> checked_name(const Session& session, const std::string& name) {
  std::string checked = tidy(name, kNameBytesMax);
  if (checked.empty())
    return fail(Code::kInvalidArgument, "NAME_INVALID", session.account().name() + ": a playlist needs a name");
  return checked;
}

Result<void> check_positions(const Session& session, const PlaylistEdit& edit, int count) {
  using Kind = PlaylistEdit::Kind;
  bool fits = true;
  if (edit.kind == Kind::kAdd) fits = edit.position >= -1 && edit.position <= count;
  if (edit.kind == Kind::kRemove || edit.kind == Kind::kMove)
    fits = edit.position >= 0 && edit.count >= 1 && edit.position < count && edit.count <= count - edit.position;
  if (edit.kind == Kind::kMove) fits = fits && edit.to >= 0 && edit.to <= count - edit.count;
  if (fits) return {};
  return fail(
      Code::kInvalidArgument, "POSITION_INVALID",
      session.account().name() + ": the playlist has " + std::to_string(count) + " tracks, and the edit names others");
}

// The songs as they are to be afterwards.
std::vector<std::string> edited(std::vector<std::string> ids, const PlaylistEdit& edit,
                                const std::vector<std::string>& added) {
  using Kind = PlaylistEdit::Kind;
  const auto at = [&ids](int position) { return ids.begin() + position; };
  if (edit.kind == Kind::kAdd)
    ids.insert(edit.position < 0 ? ids.end() : at(edit.position), added.begin(), added.end());
  if (edit.kind == Kind::kRemove) ids.erase(at(edit.position), at(edit.position + edit.count));
  if (edit.kind == Kind::kMove && edit.to < edit.position)
    std::rotate(at(edit.to), at(edit.position), at(edit.position + edit.count));
  if (edit.kind == Kind::kMove && edit.to > edit.position)
    std::rotate(at(edit.position), at(edit.position + edit.count), at(edit.to + edit.count));
  return ids;
}

std::vector<std::string> ids_of(const PlaylistContent& content) {
  std::vector<std::string> ids;
  ids.reserve(content.entries.size());
  for (const Entry& entry : content.entries) ids.push_back(entry.id);
  return ids;
}

tl::unexpected<Error> changed(const Session& session, const std::string& what) {
  return fail(Code::kAborted, "PLAYLIST_CHANGED",
              session.account().name() + ": " + what + "; look at it and try again");
}

// A list with entries that we cannot name would lose them when it is written.
struct Reading {
  PlaylistContent content;
  int skipped = 0;
};

Result<Reading> read(Session& session, const std::string& id, const std::stop_token& stop) {
  const Outcome<Json> root = session.call("getPlaylist", {{"id", id}}, stop);
  if (!root) return tl::unexpected(missing(session, id, root.error()));
  const std::string& name = session.account().name();
  const Json& json = part_of(*root, "playlist");
  std::optional<Playlist> playlist = playlist_of(name, session.account().user(), json);
  if (!playlist) return fail(Code::kDataLoss, "BAD_RESPONSE", name + ": getPlaylist: the answer holds no playlist");
  Reading reading;
  reading.content.playlist = std::move(*playlist);
  reading.content.entries = entries_of(name, list_of(json, "entry"), &reading.skipped);
  reading.content.playlist.tracks = static_cast<int>(reading.content.entries.size());
  reading.content.playlist.version = version_of(reading.content);
  if (reading.skipped > 0) reading.content.playlist.is_editable = false;
  return reading;
}

// An answer without a playlist (before 1.14.0): the one that was not there before.
Result<std::string> new_playlist(Session& session, const std::string& name, const std::set<std::string>& before,
                                 const std::stop_token& stop) {
  const Result<std::vector<Playlist>> after = list_playlists(session, stop);
  if (!after) return tl::unexpected(after.error());
  for (const Playlist& playlist : *after) {
    if (playlist.name == name && !before.contains(playlist.id)) return playlist.id;
  }
  return fail(Code::kDataLoss, "BAD_RESPONSE",
              session.account().name() + ": createPlaylist: the new playlist is not among those there are");
}

}  // namespace

Result<std::vector<Playlist>> list_playlists(Session& session, const std::stop_token& stop) {
  const Outcome<Json> root = session.call("getPlaylists", {}, stop);
  if (!root) return tl::unexpected(root.error().error);
  std::vector<Playlist> playlists;
  for (const Json* json : list_of(part_of(*root, "playlists"), "playlist")) {
    std::optional<Playlist> playlist = playlist_of(session.account().name(), session.account().user(), *json);
    if (playlist) playlists.push_back(std::move(*playlist));
  }
  return playlists;
}

Result<PlaylistContent> read_playlist(Session& session, const std::string& id, const std::stop_token& stop) {
  Result<Reading> reading = read(session, id, stop);
  if (!reading) return tl::unexpected(reading.error());
  return std::move(reading->content);
}

Result<Playlist> create_playlist(Session& session, const std::string& name, const std::vector<std::string>& uris,
                                 const std::stop_token& stop) {
  const Result<std::string> checked = checked_name(session, name);
  if (!checked) return tl::unexpected(checked.error());
  const Result<std::vector<std::string>> ids = ids_of(session, uris);
  if (!ids) return tl::unexpected(ids.error());
  const Result<std::vector<Playlist>> existing = list_playlists(session, stop);
  if (!existing) return tl::unexpected(existing.error());
  std::set<std::string> before;
  for (const Playlist& playlist : *existing) before.insert(playlist.id);

  const std::size_t first = std::min(ids->size(), session.ids_per_call());
  Parameters parameters = {{"name", *checked}};
  for (std::size_t i = 0; i < first; ++i) parameters.emplace_back("songId", (*ids)[i]);
  const Outcome<Json> root = session.call("createPlaylist", parameters, stop);
  if (!root) return tl::unexpected(root.error().error);
  std::string id = id_of(part_of(*root, "playlist"), "id");
  if (id.empty()) {
    Result<std::string> found = new_playlist(session, *checked, before, stop);
    if (!found) return tl::unexpected(found.error());
    id = std::move(*found);
  }
  const std::vector<std::string> rest(ids->begin() + static_cast<std::ptrdiff_t>(first), ids->end());
  const Outcome<void> added = append_songs(session, id, rest, stop);
  if (!added) return tl::unexpected(added.error().error);
  Result<PlaylistContent> content = read_playlist(session, id, stop);
  if (!content) return tl::unexpected(content.error());
  return std::move(content->playlist);
}

Result<Playlist> edit_playlist(Session& session, const std::string& id, const PlaylistEdit& edit,
                               const std::stop_token& stop) {
  using Kind = PlaylistEdit::Kind;
  Result<std::vector<std::string>> added = ids_of(session, edit.uris);
  if (!added) return tl::unexpected(added.error());
  Result<Reading> before = read(session, id, stop);
  if (!before) return tl::unexpected(before.error());
  const PlaylistContent& content = before->content;
  if (!edit.version.empty() && edit.version != content.playlist.version)
    return changed(session, "the playlist has changed since it was looked at");
  if (before->skipped > 0 && edit.kind != Kind::kRename)
    return fail(Code::kFailedPrecondition, "PLAYLIST_UNREADABLE",
                session.account().name() + ": the playlist holds entries that are no tracks, and would lose them");
  const std::vector<std::string> old_ids = ids_of(content);
  if (auto fits = check_positions(session, edit, static_cast<int>(old_ids.size())); !fits)
    return tl::unexpected(fits.error());
  std::string new_name = content.playlist.name;
  if (edit.kind == Kind::kRename) {
    Result<std::string> checked = checked_name(session, edit.name);
    if (!checked) return tl::unexpected(checked.error());
    new_name = std::move(*checked);
  }
  const std::vector<std::string> new_ids = edited(old_ids, edit, *added);
  const Outcome<void> done = edit.kind == Kind::kRename ? rename_playlist(session, id, new_name, stop)
                                                        : change_songs(session, id, {old_ids, new_ids}, stop);
  if (!done && done.error().code == kNotFound && edit.kind == Kind::kAdd)
    return fail(Code::kNotFound, "TRACK_MISSING", session.account().name() + ": one of the tracks is not there");
  if (!done) return tl::unexpected(missing(session, id, done.error()));

  Result<Reading> after = read(session, id, stop);
  if (!after) return tl::unexpected(after.error());
  if (ids_of(after->content) != new_ids || after->content.playlist.name != new_name)
    return changed(session, "somebody else changed the playlist at the same time");
  return std::move(after->content.playlist);
}

Result<void> delete_playlist(Session& session, const std::string& id, const std::stop_token& stop) {
  const Outcome<Json> root = session.call("deletePlaylist", {{"id", id}}, stop);
  if (!root) return tl::unexpected(missing(session, id, root.error()));
  return {};
}

}  // namespace segue::catalog::opensubsonic
