// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/gathering.h"

#include <algorithm>

#include "engine/control/library/messages.h"

namespace segue::control {

void PlaylistGathering::enter(const std::string& provider, const Result<void>& outcome,
                              std::vector<catalog::Playlist> playlists) {
  Part part;
  part.seconds = std::chrono::duration<double>(clock_.monotonic() - began_).count();
  if (outcome) {
    for (const catalog::Playlist& playlist : playlists) part.playlists.push_back(to_message(playlist));
    std::sort(part.playlists.begin(), part.playlists.end(),
              [](const v1::Playlist& a, const v1::Playlist& b) { return a.name() < b.name(); });
  } else {
    part.error = outcome.error();
  }
  {
    const std::lock_guard lock(mutex_);
    parts_[provider] = std::move(part);
    if (parts_.size() < providers_.size()) return;
  }
  answer_(response());
}

// After the last part has come.
Result<v1::ListPlaylistsResponse> PlaylistGathering::response() {
  v1::ListPlaylistsResponse response;
  for (const std::string& name : providers_) {
    const Part& part = parts_[name];
    if (part.error && providers_.size() == 1) return tl::unexpected(*part.error);
    if (part.error) *response.add_failures() = outcome_of(name, &*part.error, part.seconds);
    for (const v1::Playlist& playlist : part.playlists) *response.add_playlists() = playlist;
  }
  return response;
}

}  // namespace segue::control
