// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/catalog/entry.h"
#include "engine/catalog/providers/opensubsonic/session.h"

namespace segue::catalog::opensubsonic {

// Playlists of an account. The protocol has no versions and no transactions: a version is a digest of name and songs,
// read before each change and compared after it. A list of playlists has no versions, as its songs are not read.
// Any thread; blocks.
Result<std::vector<Playlist>> list_playlists(Session& session, const std::stop_token& stop);
// Fails with NOT_FOUND PLAYLIST_MISSING.
Result<PlaylistContent> read_playlist(Session& session, const std::string& id, const std::stop_token& stop);
// Fails with INVALID_ARGUMENT TRACK_FOREIGN for tracks of other providers.
Result<Playlist> create_playlist(Session& session, const std::string& name, const std::vector<std::string>& uris,
                                 const std::stop_token& stop);
// Also fails with ABORTED PLAYLIST_CHANGED if the list is not what `edit.version` says, or is not what the edit makes
// of it when it is read again. Whatever fails, no track that was in the list is lost by us.
Result<Playlist> edit_playlist(Session& session, const std::string& id, const PlaylistEdit& edit,
                               const std::stop_token& stop);
Result<void> delete_playlist(Session& session, const std::string& id, const std::stop_token& stop);

}  // namespace segue::catalog::opensubsonic
