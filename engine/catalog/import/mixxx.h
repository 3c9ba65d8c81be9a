// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/catalog/import/foreign_library.h"

namespace segue::catalog {

// The library of Mixxx from its database (mixxxdb.sqlite), which is opened for reading only and may be in use: tracks
// with their cues, loops, grids, keys, ratings, colours and plays, then playlists, and crates as playlists in a folder
// "Crates". Deleted tracks, history and the auto DJ's queue are left out. Columns that an older version lacks count as
// empty. Blocks. Fails with INVALID_ARGUMENT LIBRARY_INVALID for what is no such database, or as the store does.
Result<ForeignLibrary> read_mixxx(const std::string& path);

// The grid in a row's `beats`, of any version Mixxx has written; `version` is its `beats_version`. Nothing if it has
// none that is possible.
std::optional<model::BeatGrid> read_mixxx_beats(std::string_view bytes, std::string_view version,
                                                double sample_rate_hz);

}  // namespace segue::catalog
