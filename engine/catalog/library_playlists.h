// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/catalog/entry.h"
#include "engine/store/database.h"

namespace segue::catalog {

inline constexpr int kPlaylistsMax = 4'096;         // of a provider: a screen lists no more
inline constexpr int kPlaylistEntriesMax = 10'000;  // four weeks of music

// The user's playlists, each on a connection of the caller's. An entry keeps the title it had when it was added, for
// the day its track is not there. They fail with NOT_FOUND PLAYLIST_MISSING, ALREADY_EXISTS PLAYLIST_EXISTS (a name is
// what people call it by), ABORTED PLAYLIST_CHANGED, INVALID_ARGUMENT PLAYLIST_NAME_INVALID, PLAYLIST_URI_INVALID or
// PLAYLIST_POSITION_INVALID, RESOURCE_EXHAUSTED PLAYLIST_FULL, and what the store fails with.
Result<std::vector<Playlist>> list_playlists(store::Database& database, const std::string& provider);
Result<PlaylistContent> read_playlist(store::Database& database, const std::string& provider, const std::string& id);
// These write: all or nothing.
Result<Playlist> create_playlist(store::Database& database, const std::string& provider, const std::string& name,
                                 const std::vector<std::string>& uris);
Result<Playlist> edit_playlist(store::Database& database, const std::string& provider, const std::string& id,
                               const PlaylistEdit& edit);
Result<void> delete_playlist(store::Database& database, const std::string& provider, const std::string& id);

}  // namespace segue::catalog
