// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/audio_block.h"
#include "engine/base/units.h"
#include "engine/render/fade.h"
#include "engine/render/stretcher.h"
#include "engine/render/stretchers/varispeed.h"
#include "engine/rt/realtime.h"
#include "engine/rt/track_pages.h"

namespace segue::render {

// One uninterrupted sounding of a track: a trajectory through its pages, heard through varispeed or a stretcher, from
// a fade in to a fade out. A jump is two voices that overlap. Closes a gate with a fade where pages are about to be
// missing, or where the rate is so low that it would sound as a standing offset. Owned by a deck; realtime.
class Voice {
 public:
  // What a voice sounds. `pages` outlives the voice; `stretcher` may be null.
  struct Source {
    const rt::TrackPages* pages = nullptr;
    StretchTarget target;
    Stretcher* stretcher = nullptr;
  };

  // Starts silent if its pages are missing; then returns true, as look_ahead does.
  SEGUE_RT bool begin(const Source& source, const Fade& fade_in, const FadeShapes& shapes, Frames frame,
                      int look_ahead_frames);
  // Fades out from `frame` on; a fade that runs already stays.
  SEGUE_RT void release(const FadeShape& shape, Frames frame);
  // Takes the stretcher out of a voice that is over.
  SEGUE_RT Stretcher* end();

  // Looks at the pages ahead; once per quantum, before rendering it. True if the voice has just run dry.
  SEGUE_RT bool look_ahead(const FadeShapes& shapes, Frames frame, int look_ahead_frames);
  // Fills `out` (at most a quantum) with the engine frames from `frame` on.
  SEGUE_RT void render(StereoBlock out, Frames frame, Varispeed& varispeed);

  bool is_live() const { return source_.pages != nullptr; }
  bool is_released() const { return out_.shape != nullptr || in_.is_turned(); }
  bool is_over(Frames frame) const { return is_released() && (in_.is_turned() ? in_ : out_).is_over(frame); }
  SEGUE_RT float gain_at(Frames frame) const { return in_.gain_at(frame) * out_.gain_at(frame) * gate_.gain_at(frame); }
  bool is_dry() const { return gate_.shape != nullptr && gate_.is_out; }
  const rt::TrackPages* pages() const { return source_.pages; }
  Stretcher* stretcher() const { return source_.stretcher; }
  StretchTarget& target() { return source_.target; }
  const StretchTarget& target() const { return source_.target; }

 private:
  Frames release_frame() const { return in_.is_turned() ? in_.turn : out_.start; }
  bool can_sound(Frames frame, int look_ahead_frames) const;
  bool is_moving() const;

  Source source_;
  Fade in_;
  Fade out_;
  Fade gate_;
};

}  // namespace segue::render
