// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/catalog/entry.h"
#include "engine/catalog/providers/opensubsonic/fields.h"

namespace segue::catalog::opensubsonic {

// What the protocol calls a Child, an album, an artist, a playlist, a station, as the catalogue's values. Nothing if
// it has no id, or is a folder or a video.
std::optional<Entry> entry_of(const std::string& provider, const Json& child);
// Songs of a list; what is none of ours is left out and counted in `skipped`, if that is not null.
std::vector<Entry> entries_of(const std::string& provider, const std::vector<const Json*>& children,
                              int* skipped = nullptr);
// Internet radio: live, with the id "radio:ID".
std::optional<Entry> station_of(const std::string& provider, const Json& station);
inline constexpr const char* kStationPrefix = "radio:";
// `user`: whose account it is; others' playlists are not editable. Without a version.
std::optional<Playlist> playlist_of(const std::string& provider, const std::string& user, const Json& playlist);

}  // namespace segue::catalog::opensubsonic
