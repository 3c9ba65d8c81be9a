// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/beat_grid.h"
#include "engine/model/key.h"

namespace segue::model {

inline constexpr int kHotCuesMax = 64;      // pads of four pages of the largest controllers
inline constexpr int kMemoryCuesMax = 256;  // points without a pad

// A place in a track that the user marked.
struct CuePoint {
  enum class Kind { kCue, kLoop, kJump, kLoad, kFadeIn, kFadeOut };
  Kind kind = Kind::kCue;
  int index = 0;  // hot cue pad, 1 to kHotCuesMax; 0: a memory cue
  double at_s = 0;
  double end_s = 0;  // of a loop; of a jump where it goes to
  std::string label;
  std::uint32_t color = 0;  // 0xRRGGBB; 0: none
  double correction_s = 0;  // already in at_s and end_s: what an import added for the other program's decoder
};

// What the user has said of a track. It always wins over an analysis and survives analysing again.
struct TrackMarks {
  std::optional<BeatGrid> grid;
  std::optional<Key> key;
  std::optional<double> gain_db;  // trim in place of auto-gain
  std::vector<CuePoint> cues;
  std::optional<double> cue_s;  // main cue point
  double correction_s = 0;      // already in grid and cue_s: what an import added for the other program's decoder
  int rating = 0;               // 0 (none) to 5 stars
  std::uint32_t color = 0;      // 0xRRGGBB; 0: none
  std::string comment;
  std::int64_t play_count = 0;
  std::int64_t last_played_s = 0;  // Unix time; 0: never
};

}  // namespace segue::model
