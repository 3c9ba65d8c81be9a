// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/marks_messages.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/control/library/messages.h"

namespace segue::control {
namespace {

using Kind = model::CuePoint::Kind;

constexpr std::uint32_t kSmallMax = 1'000'000;  // pads, bars, stars: what is beyond is refused behind this

v1::Marks::Cue::Kind kind_message(Kind kind) {
  switch (kind) {
    case Kind::kCue: return v1::Marks::Cue::CUE;
    case Kind::kLoop: return v1::Marks::Cue::LOOP;
    case Kind::kJump: return v1::Marks::Cue::JUMP;
    case Kind::kLoad: return v1::Marks::Cue::LOAD;
    case Kind::kFadeIn: return v1::Marks::Cue::FADE_IN;
    case Kind::kFadeOut: return v1::Marks::Cue::FADE_OUT;
  }
  return v1::Marks::Cue::CUE;
}

Kind kind_of(v1::Marks::Cue::Kind kind) {
  switch (kind) {
    case v1::Marks::Cue::LOOP: return Kind::kLoop;
    case v1::Marks::Cue::JUMP: return Kind::kJump;
    case v1::Marks::Cue::LOAD: return Kind::kLoad;
    case v1::Marks::Cue::FADE_IN: return Kind::kFadeIn;
    case v1::Marks::Cue::FADE_OUT: return Kind::kFadeOut;
    default: return Kind::kCue;
  }
}

int small(std::uint32_t value) { return static_cast<int>(std::min(value, kSmallMax)); }

model::CuePoint cue_of(const v1::Marks::Cue& message) {
  model::CuePoint cue;
  cue.kind = kind_of(message.kind());
  cue.index = small(message.index());
  cue.at_s = message.at_s();
  cue.end_s = message.end_s();
  cue.label = message.label();
  cue.color = message.color();
  cue.correction_s = message.correction_s();
  return cue;
}

model::BeatGrid grid_of(const v1::Marks::Grid& message) {
  model::BeatGrid grid;
  grid.beats_per_bar = message.beats_per_bar() == 0 ? 4 : small(message.beats_per_bar());
  for (const auto& marker : message.markers()) grid.markers.push_back({marker.at_s(), marker.bpm()});
  return grid;
}

}  // namespace

v1::Marks to_message(const model::TrackMarks& marks) {
  v1::Marks message;
  if (marks.grid) {
    auto& grid = *message.mutable_grid();
    grid.set_beats_per_bar(static_cast<std::uint32_t>(marks.grid->beats_per_bar));
    for (const auto& marker : marks.grid->markers) {
      auto& added = *grid.add_markers();
      added.set_at_s(marker.at_s);
      added.set_bpm(marker.bpm);
    }
  }
  if (marks.key) message.set_key(model::name_of(*marks.key));
  if (marks.gain_db) message.set_gain_db(*marks.gain_db);
  for (const model::CuePoint& cue : marks.cues) {
    auto& added = *message.add_cues();
    added.set_kind(kind_message(cue.kind));
    added.set_index(static_cast<std::uint32_t>(cue.index));
    added.set_at_s(cue.at_s);
    added.set_end_s(cue.end_s);
    added.set_label(clean_text(cue.label));
    added.set_color(cue.color);
    added.set_correction_s(cue.correction_s);
  }
  if (marks.cue_s) message.set_main_cue_s(*marks.cue_s);
  message.set_rating(static_cast<std::uint32_t>(marks.rating));
  message.set_color(marks.color);
  message.set_comment(clean_text(marks.comment));
  message.set_play_count(marks.play_count);
  message.set_last_played_s(marks.last_played_s);
  message.set_correction_s(marks.correction_s);
  return message;
}

v1::Skipped to_message(const catalog::ForeignSkip& skip) {
  v1::Skipped message;
  message.set_what(clean_text(skip.what));
  message.set_name(clean_text(skip.name));
  message.set_reason(clean_text(skip.reason));
  return message;
}

Result<model::TrackMarks> marks_of(const v1::Marks& message) {
  model::TrackMarks marks;
  if (message.has_grid()) marks.grid = grid_of(message.grid());
  marks.key = model::key_from(message.key());
  if (!marks.key && !message.key().empty())
    return fail(Code::kInvalidArgument, "FIELD_INVALID",
                "marks.key: \"" + printable(message.key(), 40) + "\" is no key");
  if (message.has_gain_db()) marks.gain_db = message.gain_db();
  for (const auto& cue : message.cues()) {
    if (cue.kind() == v1::Marks::Cue::KIND_UNSPECIFIED || !v1::Marks::Cue::Kind_IsValid(cue.kind()))
      return fail(Code::kInvalidArgument, "FIELD_INVALID", "marks.cues.kind: not set, or unknown to this version");
    marks.cues.push_back(cue_of(cue));
  }
  if (message.has_main_cue_s()) marks.cue_s = message.main_cue_s();
  marks.rating = small(message.rating());
  marks.color = message.color();
  marks.comment = message.comment();
  marks.play_count = message.play_count();
  marks.last_played_s = message.last_played_s();
  marks.correction_s = message.correction_s();
  return marks;
}

}  // namespace segue::control
