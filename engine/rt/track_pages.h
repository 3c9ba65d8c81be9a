// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/base/units.h"
#include "engine/rt/realtime.h"

namespace segue::rt {

inline constexpr int kPageFrames = 4096;

// A piece of a track at the engine rate: stereo float32 in two planes. Never changes once published.
struct Page {
  alignas(64) float left[kPageFrames];
  alignas(64) float right[kPageFrames];
};

// A track's audio as render sees it: a table of pages that a loader fills while decks read.
//
// One loader thread at a time publishes and unpublishes; any thread reads. The table's size is fixed at creation;
// page N holds track frames [N × 4096, (N + 1) × 4096). Frames before 0 and from length() on are silence. A page
// that was unpublished may be reused only after BlockClock::passed. The pages belong to the loader's pool, the
// table to whoever created it; both must outlive every deck that plays the track.
class TrackPages {
 public:
  // Room for `capacity_frames` frames (rounded up to pages).
  explicit TrackPages(Frames capacity_frames);

  // --- any thread, realtime-safe
  // The page with this index, or null if it is not there (outside the table included).
  SEGUE_RT const Page* page(std::int64_t index) const {
    if (index < 0 || index >= page_count_) return nullptr;
    return table_[static_cast<std::size_t>(index)].load(std::memory_order_acquire);
  }
  // Length of the track: an estimate until length_is_final().
  SEGUE_RT Frames length() const { return length_.load(std::memory_order_acquire); }
  SEGUE_RT bool length_is_final() const { return length_is_final_.load(std::memory_order_acquire); }
  // The last 5 ms fade by themselves (below −60 dBFS); valid once length_is_final().
  SEGUE_RT bool ends_quietly() const { return ends_quietly_.load(std::memory_order_acquire); }
  // True if frames [from, to) can be read now. Frames before the track and behind its end count as readable, but the
  // end is known only once length_is_final(): until then what lies behind the newest page is missing.
  SEGUE_RT bool has(Frames from, Frames to) const;
  // Copies `count` frames from `from` on into two planes; silence outside the track and for missing pages.
  // Returns false if a page was missing.
  SEGUE_RT bool read(Frames from, int count, float* left, float* right) const;
  std::int64_t page_count() const { return page_count_; }
  // Pages published at present.
  std::int64_t published() const { return published_.load(std::memory_order_relaxed); }

  // --- the loader
  void publish(std::int64_t index, const Page* page);
  // Takes the page out of sight and returns it (null if none was there).
  const Page* unpublish(std::int64_t index);
  void set_length(Frames length, bool is_final);
  void set_ends_quietly(bool quiet) { ends_quietly_.store(quiet, std::memory_order_release); }

 private:
  std::int64_t page_count_;
  std::unique_ptr<std::atomic<const Page*>[]> table_;
  std::atomic<Frames> length_{0};
  std::atomic<std::int64_t> published_{0};
  std::atomic<bool> length_is_final_{false};
  std::atomic<bool> ends_quietly_{false};
};

}  // namespace segue::rt
