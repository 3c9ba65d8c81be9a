// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/model/analysis.h"
#include "engine/model/marks.h"

namespace segue::control {

// What names a track to the store: where it is loaded from, and what its bytes are.
struct TrackIdentity {
  std::string uri;
  std::string content;     // content_key(); empty while its bytes are still on their way
  std::int64_t size = -1;  // bytes; −1: not known
};

// Where analyses and what users have said of tracks are kept. Worker threads call it; may block on a disk.
class AnalysisStore {
 public:
  virtual ~AnalysisStore() = default;
  // Of the content; without one, of what the address held last if that was as long. Nothing if there is none.
  virtual Result<std::optional<model::TrackAnalysis>> analysis(const TrackIdentity& track) = 0;
  virtual Result<void> put_analysis(const TrackIdentity& track, const model::TrackAnalysis& analysis) = 0;
  virtual Result<model::TrackMarks> marks(const TrackIdentity& track) = 0;
  // The user's own grid; nothing takes it away.
  virtual Result<void> put_grid(const TrackIdentity& track, const std::optional<model::BeatGrid>& grid) = 0;
};

}  // namespace segue::control
