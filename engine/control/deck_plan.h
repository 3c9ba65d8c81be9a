// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/model/beat_grid.h"
#include "engine/render/message.h"
#include "engine/render/stretcher.h"
#include "engine/stream/track_loader.h"
#include "segue/v1/command.pb.h"

namespace segue::control {

namespace v1 = ::segue::v1;

// Who says where the beats are; as segue.v1.AdoptAnalysis.Origin.
enum class GridOrigin { kNone, kUser, kMarks, kLibrary, kAnalysis };

// What is known of the track on a deck, beside the grid in use. Values that are replaced whole.
struct TrackKnowledge {
  std::shared_ptr<const v1::AdoptAnalysis> facts;  // as they were adopted last, without the grid; null: nothing yet
  std::shared_ptr<const model::BeatGrid> analysed;  // what edit_grid.reset goes back to; null: nothing
  GridOrigin analysed_by = GridOrigin::kNone;
  std::shared_ptr<const std::vector<double>> taps;  // of the series under way, places in the track in seconds
  std::shared_ptr<const v1::Reanalyze> again;       // the newest wish to listen again; null: none
};

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
  GridOrigin grid_origin = GridOrigin::kNone;
  TrackKnowledge knowledge;

  double rate() const { return 1.0 + tempo_percent / 100.0; }
  double key_shift() const;  // frequency ratio
  bool needs_stretcher() const;
  // What a stretcher of this deck is to sound along `along`.
  render::StretchTarget stretch_target(const render::Trajectory& along) const;
  // Nothing is known of the track any more, or yet.
  void forget_track() {
    grid = nullptr;
    grid_origin = GridOrigin::kNone;
    knowledge = {};
  }
  // From `frame` on the playhead is at `position`, moving if the deck plays.
  void place(Frames frame, double position) { path = {frame, position, is_playing ? rate() : 0.0}; }
};

}  // namespace segue::control
