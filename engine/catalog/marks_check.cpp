// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/marks_check.h"

#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "engine/model/config.h"

namespace segue::catalog {
namespace {

constexpr double kGainDbMax = 24;  // either way: what a trim can do
constexpr std::uint32_t kColorMax = 0xffffff;
constexpr int kRatingMax = 5;

tl::unexpected<Error> wrong(const std::string& field, const std::string& what) {
  return fail(Code::kInvalidArgument, "MARKS_INVALID", field + ": " + what);
}

// NaN is none.
bool is_time(double seconds) { return seconds >= 0 && seconds <= model::kTrackSecondsMax; }

Result<void> check_grid(const model::BeatGrid& grid) {
  if (!model::is_beats_per_bar(grid.beats_per_bar))
    return wrong("grid.beats_per_bar", std::to_string(grid.beats_per_bar) + " is none of 2, 3, 4 and 6");
  if (grid.markers.size() > model::kGridMarkersMax)
    return wrong("grid.markers", "more than " + std::to_string(model::kGridMarkersMax) + " of them");
  double before_s = -std::numeric_limits<double>::infinity();
  for (const model::BeatGrid::Marker& marker : grid.markers) {
    // A first downbeat may lie before the track.
    if (!(marker.at_s >= model::kGridFromS && marker.at_s <= model::kGridToS))
      return wrong("grid.markers.at_s", "not within -3,600 to 360,000 s");
    if (marker.at_s <= before_s) return wrong("grid.markers.at_s", "not in order of place");
    if (!(marker.bpm >= model::kGridBpmMin && marker.bpm <= model::kGridBpmMax))
      return wrong("grid.markers.bpm", "not within 20 to 400");
    before_s = marker.at_s;
  }
  return {};
}

Result<void> check_cues(const std::vector<model::CuePoint>& cues) {
  std::set<int> pads;
  int memory = 0;
  for (const model::CuePoint& cue : cues) {
    const bool has_end = cue.kind == model::CuePoint::Kind::kLoop || cue.kind == model::CuePoint::Kind::kJump;
    if (cue.index < 0 || cue.index > model::kHotCuesMax)
      return wrong("cues.index", std::to_string(cue.index) + " is not within 0 to 64");
    if (cue.index > 0 && !pads.insert(cue.index).second)
      return wrong("cues.index", "pad " + std::to_string(cue.index) + " is there twice");
    if (cue.index == 0 && ++memory > model::kMemoryCuesMax) return wrong("cues", "more than 256 without a pad");
    if (!is_time(cue.at_s)) return wrong("cues.at_s", "not within 0 to 172,800 s");
    if (has_end ? !is_time(cue.end_s) : !std::isfinite(cue.end_s)) return wrong("cues.end_s", "not within the track");
    if (cue.kind == model::CuePoint::Kind::kLoop && cue.end_s <= cue.at_s)
      return wrong("cues.end_s", "not behind the start of the loop");
    if (cue.color > kColorMax) return wrong("cues.color", "not within 0 to 0xFFFFFF");
    if (!std::isfinite(cue.correction_s)) return wrong("cues.correction_s", "no number");
  }
  return {};
}

}  // namespace

Result<void> check_marks(const model::TrackMarks& marks) {
  if (marks.grid) {
    if (auto good = check_grid(*marks.grid); !good) return good;
  }
  if (auto good = check_cues(marks.cues); !good) return good;
  if (marks.key && (marks.key->tonic < 0 || marks.key->tonic > 11)) return wrong("key", "not one of the 24");
  if (marks.gain_db && !(std::abs(*marks.gain_db) <= kGainDbMax)) return wrong("gain_db", "not within −24 to +24 dB");
  if (marks.cue_s && !is_time(*marks.cue_s)) return wrong("cue_s", "not within 0 to 172,800 s");
  if (!std::isfinite(marks.correction_s)) return wrong("correction_s", "no number");
  if (marks.rating < 0 || marks.rating > kRatingMax) return wrong("rating", "not within 0 to 5");
  if (marks.color > kColorMax) return wrong("color", "not within 0 to 0xFFFFFF");
  if (marks.play_count < 0) return wrong("play_count", "below 0");
  return {};
}

double shown_bpm(const model::BeatGrid& grid) {
  if (grid.markers.empty()) return 0;
  std::map<double, double> seconds;  // by tempo
  for (std::size_t i = 0; i + 1 < grid.markers.size(); ++i) {
    seconds[grid.markers[i].bpm] += grid.markers[i + 1].at_s - grid.markers[i].at_s;
  }
  double bpm = grid.markers.back().bpm, most_s = 0;
  for (const auto& [tempo, length_s] : seconds) {
    if (length_s > most_s) bpm = tempo;
    most_s = std::max(most_s, length_s);
  }
  return bpm;
}

}  // namespace segue::catalog
