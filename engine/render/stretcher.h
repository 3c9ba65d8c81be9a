// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/audio_block.h"
#include "engine/base/units.h"
#include "engine/rt/realtime.h"
#include "engine/rt/track_pages.h"

namespace segue::render {

// A straight piece of a playhead's path through its track, in closed form.
struct Trajectory {
  Frames frame = 0;     // engine frame at which the playhead is at `position`
  double position = 0;  // track frames
  double rate = 0;      // track frames per engine frame

  double at(Frames engine_frame) const { return position + static_cast<double>(engine_frame - frame) * rate; }
};

// What a stretcher is asked to sound: the path, and the frequency ratio between what it sounds and the track (1 is
// the track's own pitch).
struct StretchTarget {
  Trajectory trajectory;
  double pitch_ratio = 1.0;
};

// Sounds a track along a trajectory at a pitch that need not follow its rate. Reads pages at random, keeps its
// output on the trajectory (steers its own error to zero) and works in fixed quanta, so that its output does not
// depend on how a block is cut. Created and primed off the audio thread; belongs to whoever holds the pointer.
class Stretcher {
 public:
  virtual ~Stretcher() = default;
  // Off the audio thread, before render has it: makes the next rendered frame the one the target has at `frame`.
  // Calls on the same pages, target and frame leave the same state, whatever happened before.
  virtual void prime(const rt::TrackPages& pages, const StretchTarget& target, Frames frame) = 0;
  // Fills `out` with the engine frames [frame, frame + out.frames), at most one quantum and never across a quantum
  // border. Reads `pages`; what is missing there is silence.
  SEGUE_RT virtual void render(StereoBlock out, const rt::TrackPages& pages, const StretchTarget& target,
                               Frames frame) = 0;
  // Leaves out the next `frames` engine frames, at most a pre-roll, of what was primed.
  SEGUE_RT virtual void skip(int frames, double pitch_ratio) = 0;
  // Track frames it may read ahead of the one it sounds.
  SEGUE_RT virtual int read_ahead_frames() const = 0;
  // Track frames by which what sounds may be off the trajectory.
  SEGUE_RT virtual int slack_frames() const = 0;
  // In which of every `cycle` quanta it may do its heavy work, so that decks take turns.
  SEGUE_RT virtual void set_turn(int turn, int cycle) = 0;
};

}  // namespace segue::render
