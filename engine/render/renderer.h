// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "engine/base/audio_block.h"
#include "engine/base/units.h"
#include "engine/render/message.h"
#include "engine/render/stretcher.h"
#include "engine/rt/block_clock.h"
#include "engine/rt/mailbox.h"
#include "engine/rt/realtime.h"
#include "engine/rt/retire_queue.h"
#include "engine/rt/spsc_queue.h"

namespace segue::render {

// The whole sound of the engine: decks, channels, mixer and limiter, pulled by one driver.
//
// Renders whole quanta of 64 frames and hands them out in any block size, so that nothing depends on the driver's
// block: with blocks that are no multiple of 64, sound is up to 63 frames older than the block. Everything reaches it
// through `Wiring`'s ends, which control holds; it owns no track and no stretcher it was given, and gives each back.
class Renderer {
 public:
  struct Options {
    int sample_rate_hz = 48'000;
    int decks = 4;
    double limiter_ceiling_dbtp = -1.0;
  };
  // Control's ends. Reserve a slot of the retire queue for each track or stretcher before sending it.
  struct Wiring {
    rt::SpscQueue<Event>::Writer events;      // capacity kEventsPendingMax; a span pushed at once is a batch
    rt::SpscQueue<Commit>::Reader commits;    // one per event
    rt::Mailbox<Snapshot>::Reader snapshots;  // one per quantum
    rt::RetireQueue<const rt::TrackPages>::Reader tracks;
    rt::RetireQueue<Stretcher>::Reader stretchers;
  };

  static std::pair<std::unique_ptr<Renderer>, Wiring> create(const Options& options);
  virtual ~Renderer() = default;

  // Fills `out`, of any length. `monotonic_ns` is when this block began, for the map from frames to wall time. Sets
  // flush-to-zero. Audio thread (or whoever drives time offline); one thread at a time.
  SEGUE_RT virtual void render(StereoBlock out, std::int64_t monotonic_ns) = 0;
  // Engine frame of the next frame to be handed out. Same thread.
  virtual Frames frame() const = 0;

  // --- any thread
  // Frames between the mixer and `out`: `out` at frame N sounds the programme at N − latency.
  virtual int latency_frames() const = 0;
  // Marks the blocks; the loader reads it.
  virtual rt::BlockClock& block_clock() = 0;
};

// A stretcher of this kind, its buffers grown so that rendering allocates nothing. Null for kVarispeed, which a deck
// has built in. Off the audio thread.
std::unique_ptr<Stretcher> make_stretcher(StretcherKind kind, int sample_rate_hz);

// Frames by which the fade-in of a scheduled start precedes it. The stretcher of an event with a frame is primed for
// this much before that frame; that of an event that is immediate (kNow, or Event::immediate), for its very place.
int preroll_frames(int sample_rate_hz);

// Outside these rates key lock hands over to varispeed, and no stretcher is wanted.
inline constexpr double kStretchRateMin = 0.5;
inline constexpr double kStretchRateMax = 2.0;

// Whether a deck with these settings sounds through a stretcher.
inline bool needs_stretcher(StretcherKind kind, bool keylock, double rate, double key_shift) {
  if (kind == StretcherKind::kVarispeed || rate < kStretchRateMin || rate > kStretchRateMax) return false;
  return keylock ? rate != 1.0 || key_shift != 1.0 : key_shift != 1.0;
}

// The pitch ratio such a deck sounds at.
inline double pitch_ratio(bool keylock, double rate, double key_shift) {
  return keylock ? key_shift : rate * key_shift;
}

}  // namespace segue::render
