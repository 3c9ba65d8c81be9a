// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic/playlist_change.h"

#include <algorithm>

namespace segue::catalog::opensubsonic {
namespace {

Outcome<void> update(Session& session, Parameters parameters, const std::string& id, const std::stop_token& stop) {
  parameters.insert(parameters.begin(), {"playlistId", id});
  const Outcome<Json> root = session.call("updatePlaylist", parameters, stop);
  if (!root) return tl::unexpected(root.error());
  return {};
}

// From the end, so that what is still to be taken away keeps its place.
Outcome<void> remove_range(Session& session, const std::string& id, std::size_t first, std::size_t end,
                           const std::stop_token& stop) {
  const std::size_t batch = session.ids_per_call();
  while (end > first) {
    const std::size_t begin = end - std::min(batch, end - first);
    Parameters parameters;
    for (std::size_t i = begin; i < end; ++i) parameters.emplace_back("songIndexToRemove", std::to_string(i));
    const Outcome<void> removed = update(session, std::move(parameters), id, stop);
    if (!removed) return removed;
    end = begin;
  }
  return {};
}

// Overwrites the whole list, which keeps its name.
Outcome<void> overwrite(Session& session, const std::string& id, const std::vector<std::string>& songs,
                        const std::stop_token& stop) {
  Parameters parameters = {{"playlistId", id}};
  for (const std::string& song : songs) parameters.emplace_back("songId", song);
  const Outcome<Json> root = session.call("createPlaylist", parameters, stop);
  if (!root) return tl::unexpected(root.error());
  return {};
}

}  // namespace

Outcome<void> rename_playlist(Session& session, const std::string& id, const std::string& name,
                              const std::stop_token& stop) {
  return update(session, {{"name", name}}, id, stop);
}

Outcome<void> append_songs(Session& session, const std::string& id, const std::vector<std::string>& songs,
                           const std::stop_token& stop) {
  const std::size_t batch = session.ids_per_call();
  for (std::size_t first = 0; first < songs.size(); first += batch) {
    Parameters parameters;
    for (std::size_t i = first; i < songs.size() && i < first + batch; ++i)
      parameters.emplace_back("songIdToAdd", songs[i]);
    const Outcome<void> added = update(session, std::move(parameters), id, stop);
    if (!added) return added;
  }
  return {};
}

Outcome<void> change_songs(Session& session, const std::string& id, const SongChange& change,
                           const std::stop_token& stop) {
  const auto& [before, after] = change;
  if (before == after) return {};
  const auto [old_at, new_at] = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  const std::size_t kept = static_cast<std::size_t>(old_at - before.begin());
  if (old_at == before.end()) return append_songs(session, id, {new_at, after.end()}, stop);
  // Only a hole: what follows it moves up by itself.
  const auto [old_end, unused] = std::mismatch(before.rbegin(), before.rend(), after.rbegin(), after.rend());
  const std::size_t same_end = static_cast<std::size_t>(old_end - before.rbegin());
  if (after.size() < before.size() && kept + same_end >= after.size())
    return remove_range(session, id, kept, kept + before.size() - after.size(), stop);
  if (!after.empty() && after.size() <= session.ids_per_call()) return overwrite(session, id, after, stop);
  const Outcome<void> added = append_songs(session, id, {new_at, after.end()}, stop);
  if (!added) return added;
  return remove_range(session, id, kept, before.size(), stop);
}

}  // namespace segue::catalog::opensubsonic
