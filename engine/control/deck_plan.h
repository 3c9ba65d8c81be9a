// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "engine/model/beat_grid.h"
#include "engine/render/message.h"
#include "engine/render/stretcher.h"
#include "engine/stream/track_loader.h"

namespace segue::control {

// What a deck is meant to be once every command handed to render so far has committed. A command is compiled against
// it, and changes it; when nothing is under way the snapshot puts its path right. A value of the control thread.
struct DeckPlan {
  std::shared_ptr<const stream::LoadedTrack> track;  // null: no track
  std::uint64_t load_id = 0;
  bool is_playing = false;
  bool is_cue_held = false;  // plays only while the cue button is down
  bool has_ended = false;    // a start begins again at the front; ends with a start or a jump
  render::Trajectory path;   // where the playhead is; rate 0 while it stands
  Frames cue = 0;            // track frame
  double tempo_percent = 0;
  double pitch_semitones = 0;
  bool keylock = false;
  render::StretcherKind stretcher = render::StretcherKind::kSoundtouch;
  std::shared_ptr<const model::BeatGrid> grid;  // null: unknown

  double rate() const { return 1.0 + tempo_percent / 100.0; }
  double key_shift() const;  // frequency ratio
  bool needs_stretcher() const;
  // What a stretcher of this deck is to sound along `along`.
  render::StretchTarget stretch_target(const render::Trajectory& along) const;
  // From `frame` on the playhead is at `position`, moving if the deck plays.
  void place(Frames frame, double position) { path = {frame, position, is_playing ? rate() : 0.0}; }
};

}  // namespace segue::control
