// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/catalog/import/foreign_library.h"
#include "engine/store/database.h"

namespace segue::catalog {

// A track of the user's that another program's track is.
struct TrackMatch {
  std::string uri;   // empty: none of them
  std::string path;  // of a local file; empty for others
};

// New marks of a track, made from those it had at `version`.
struct MarksChange {
  std::string uri;
  model::TrackMarks marks;
  std::string version;
};

// Finds each among the tracks in folders: the same path; else the same file name with the most folders in common, or
// the same title, artist and length (within 2 s), but only if that is one track and no other; addresses of providers
// and the web are what they are. One look at all tracks, however many are to be found.
Result<std::vector<TrackMatch>> match_tracks(store::Database& database, const std::vector<ForeignTrack>& tracks);

// Writes them in one transaction, leaving out those whose track has been marked by somebody else meanwhile; says which.
Result<std::vector<std::size_t>> write_changes(store::Database& database, const std::vector<MarksChange>& changes);

// All tracks in folders with what is known and marked of them, and the user's playlists, in our terms and times; what a
// playlist names elsewhere, and what is marked elsewhere, comes behind the others. A playlist called "a/b" lies in
// folder "a".
Result<ForeignLibrary> collect_library(store::Database& database);

}  // namespace segue::catalog
