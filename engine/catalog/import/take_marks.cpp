// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/take_marks.h"

#include <algorithm>
#include <cmath>

namespace segue::catalog {
namespace {

using model::CuePoint;
using model::TrackMarks;

constexpr double kSamePlace_s = 0.001;

bool is_same_place(const CuePoint& a, const CuePoint& b) {
  return a.kind == b.kind && std::abs(a.at_s - b.at_s) <= kSamePlace_s && std::abs(a.end_s - b.end_s) <= kSamePlace_s;
}

void take_cue(TrackMarks& ours, const CuePoint& cue, const ForeignTrack& theirs, bool replace,
              ForeignLibrary& library) {
  const auto is_known = [&](const CuePoint& other) {
    return other.index == cue.index && other.label == cue.label && is_same_place(other, cue);
  };
  if (std::any_of(ours.cues.begin(), ours.cues.end(), is_known)) return;
  const auto on_pad = std::find_if(ours.cues.begin(), ours.cues.end(),
                                   [&](const CuePoint& other) { return cue.index > 0 && other.index == cue.index; });
  if (on_pad == ours.cues.end()) {
    ours.cues.push_back(cue);
  } else if (replace) {
    *on_pad = cue;
  } else {
    library.skip("cue", theirs.title.empty() ? theirs.location : theirs.title,
                 "pad " + std::to_string(cue.index) + " is taken by a cue of yours");
  }
}

bool same_cue(const CuePoint& a, const CuePoint& b) {
  return a.kind == b.kind && a.index == b.index && a.at_s == b.at_s && a.end_s == b.end_s && a.label == b.label &&
         a.color == b.color && a.correction_s == b.correction_s;
}

bool same_grid(const std::optional<model::BeatGrid>& a, const std::optional<model::BeatGrid>& b) {
  if (a.has_value() != b.has_value()) return false;
  if (!a) return true;
  return a->beats_per_bar == b->beats_per_bar &&
         std::equal(a->markers.begin(), a->markers.end(), b->markers.begin(), b->markers.end(),
                    [](const auto& x, const auto& y) { return x.at_s == y.at_s && x.bpm == y.bpm; });
}

}  // namespace

TrackMarks taken_marks(TrackMarks ours, const ForeignTrack& theirs, bool replace, ForeignLibrary& library) {
  const TrackMarks& marks = theirs.marks;
  const auto wins = [replace](bool is_ours_set, bool is_theirs_set) {
    return is_theirs_set && (replace || !is_ours_set);
  };
  const bool has_grid = marks.grid && !marks.grid->empty();
  if (wins(ours.grid.has_value(), has_grid)) {
    ours.grid = marks.grid;
    ours.correction_s = marks.correction_s;
  }
  const std::optional<model::Key> key = marks.key || theirs.is_key_heard ? marks.key : theirs.key;
  if (wins(ours.key.has_value(), key.has_value())) ours.key = key;
  if (wins(ours.gain_db.has_value(), marks.gain_db.has_value())) ours.gain_db = marks.gain_db;
  if (wins(ours.cue_s.has_value(), marks.cue_s.has_value())) ours.cue_s = marks.cue_s;
  if (wins(ours.rating != 0, marks.rating != 0)) ours.rating = marks.rating;
  if (wins(ours.color != 0, marks.color != 0)) ours.color = marks.color;
  if (wins(!ours.comment.empty(), !marks.comment.empty())) ours.comment = marks.comment;
  ours.play_count = std::max(ours.play_count, marks.play_count);
  ours.last_played_s = std::max(ours.last_played_s, marks.last_played_s);
  for (const CuePoint& cue : marks.cues) take_cue(ours, cue, theirs, replace, library);
  return ours;
}

bool same_marks(const TrackMarks& a, const TrackMarks& b) {
  return same_grid(a.grid, b.grid) && a.key == b.key && a.gain_db == b.gain_db && a.cue_s == b.cue_s &&
         a.correction_s == b.correction_s && a.rating == b.rating && a.color == b.color && a.comment == b.comment &&
         a.play_count == b.play_count && a.last_played_s == b.last_played_s &&
         std::equal(a.cues.begin(), a.cues.end(), b.cues.begin(), b.cues.end(), same_cue);
}

}  // namespace segue::catalog
