// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "engine/base/units.h"
#include "engine/render/stretcher.h"
#include "engine/rt/realtime.h"
#include "engine/rt/track_pages.h"

namespace segue::render {

// Where beats are around a deck's playhead, in track frames: at anchor + n × length.
struct Beats {
  double anchor = 0;
  double length = 0;  // > 0
};

// The piece of a track that a deck repeats while the pages it should sound are missing: its last beat, or what there is
// of it. The playhead goes on meanwhile; the piece is sounded at the playhead's own phase in the beat, so that it
// stays in time with other decks. Values only; realtime.
class Roll {
 public:
  // Frames around the piece that fades and interpolation read.
  struct Margin {
    int before = 0;
    int after = 0;
  };
  // The last whole beat that ended by track frame `edge` and is in `pages` with its margin; else its half, quarter …
  // down to a sixteenth. Nothing if not even that is there.
  SEGUE_RT static std::optional<Roll> choose(const rt::TrackPages& pages, const Beats& beats, double edge,
                                             Margin margin);

  // First track frame of the piece, and the one after its last.
  SEGUE_RT Frames from() const { return static_cast<Frames>(from_); }
  SEGUE_RT Frames to() const { return static_cast<Frames>(from_ + length_) + 1; }

  // In which repetition the playhead is, and the path a voice takes through that one.
  SEGUE_RT std::int64_t pass_at(double position) const;
  SEGUE_RT Trajectory path_of(std::int64_t pass, const Trajectory& playhead) const;
  // Track position at which a pass ends.
  SEGUE_RT double end_of(std::int64_t pass) const;
  // First position of a whole beat at or after `position`.
  SEGUE_RT double beat_from(double position) const;

 private:
  Roll(const Beats& beats, double from, double length) : beats_(beats), from_(from), length_(length) {}

  Beats beats_;
  double from_;
  double length_;
};

}  // namespace segue::render
