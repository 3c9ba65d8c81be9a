// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/model/analysis.h"
#include "engine/store/database.h"

namespace segue::catalog {

inline constexpr std::int64_t kOutsideAnalysesMax = 50'000;  // of tracks in no folder: some 5 GB

// What is kept of an analysis; damaged: there is one that cannot be read, which counts as none.
struct KeptAnalysis {
  std::optional<model::TrackAnalysis> analysis;
  std::string damage;  // empty: none
};

// Each on a connection of the caller's. They fail with INVALID_ARGUMENT CONTENT_KEY_INVALID (1 to 128 visible ASCII
// characters are allowed) and what the store fails with.
Result<KeptAnalysis> read_analysis(store::Database& database, const std::string& content_key);
// These write. An analysis too long for the store is kept without its onsets, then without its beats. Of tracks in no
// folder about `outside_max` are kept: the oldest make room. Those of tracks in folders stay.
Result<void> write_analysis(store::Database& database, const std::string& content_key,
                            const model::TrackAnalysis& analysis, std::int64_t outside_max = kOutsideAnalysesMax);
// Points from the track (by its address as library_marks.h has it) to what it holds; marks that another address of the
// same content has, at which there is no track any more, become this one's if it has none.
Result<void> write_content(store::Database& database, const std::string& uri, const std::string& content_key);
Result<std::string> read_content(store::Database& database, const std::string& uri);

}  // namespace segue::catalog
