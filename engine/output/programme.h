// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "engine/output/tap.h"
#include "engine/rt/block_clock.h"

namespace segue::output {

// A place where one tap can be hung into the running programme. The audio thread writes, control hangs and takes away;
// a tap that was taken away may be destroyed once has_left() says so.
class TapSlot {
 public:
  // `clock` is the renderer's and outlives the slot.
  explicit TapSlot(const rt::BlockClock& clock) : clock_(clock) {}

  // --- audio thread, after the render of each block (before the next block's BlockClock::begin)
  SEGUE_RT void write(ConstStereoBlock block, Frames frame) {
    if (Tap* tap = tap_.load()) tap->write(block, frame);
  }

  // --- control
  // The tap outlives has_left(). Only for a free slot.
  void attach(Tap& tap) { tap_.store(&tap); }
  // The audio thread may still be writing its current block to the tap.
  void detach() {
    tap_.store(nullptr);
    left_at_ = clock_.mark();
  }
  bool is_free() const { return tap_.load() == nullptr && has_left(); }
  // Whether the audio thread can no longer touch the tap that was detached last. True at once while the clock is
  // halted, so halt it only when no driver can be inside the source (Gate::close).
  bool has_left() const { return tap_.load() == nullptr && (left_at_ == kNeverLeft || clock_.passed(left_at_)); }

 private:
  static constexpr std::uint64_t kNeverLeft = UINT64_MAX;
  const rt::BlockClock& clock_;
  std::atomic<Tap*> tap_{nullptr};
  std::uint64_t left_at_ = kNeverLeft;  // control's
};

// The programme's way out of render to those who may block: every tap that hangs in it gets every block. Slots are
// control's to give; the audio thread only writes.
class Programme {
 public:
  explicit Programme(const rt::BlockClock& clock)
      : slots_{TapSlot(clock), TapSlot(clock), TapSlot(clock), TapSlot(clock)} {}

  // --- audio thread: `frame` is the engine frame that the block's first frame sounds, latency taken off.
  SEGUE_RT void write(ConstStereoBlock block, Frames frame) {
    for (TapSlot& slot : slots_) slot.write(block, frame);
  }

  // --- control
  // A slot that nobody uses, or null if all kTapsMax are taken.
  TapSlot* free_slot() {
    for (TapSlot& slot : slots_) {
      if (slot.is_free()) return &slot;
    }
    return nullptr;
  }

 private:
  static constexpr int kTapsMax = 4;  // a recording, a broadcast, a listener and a second device
  std::array<TapSlot, kTapsMax> slots_;
};

}  // namespace segue::output
