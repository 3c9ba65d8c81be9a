// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "engine/rt/block_clock.h"
#include "engine/rt/track_pages.h"

namespace segue::stream {

// Memory for pages within a budget, mapped in chunks as it is needed. Not thread-safe: the loader's mutex guards it,
// except clean_memory. Owns all pages, also those in use; whoever takes one writes all of it.
class PagePool {
 public:
  // `pages_max` < 0: without bound.
  PagePool(std::int64_t pages_max, const rt::BlockClock& clock) : pages_max_(pages_max), clock_(clock) {}
  ~PagePool();
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;

  // A page to write, or null if all are in use or still before render's eyes. Leaves `reserve` pages alone.
  rt::Page* take(std::int64_t reserve);
  // Takes back a page that nobody else can see.
  void give_back(const rt::Page* page);
  // Takes back a page that has just been unpublished: render may still be reading it.
  void give_back_later(const rt::Page* page);
  // Frees the pages that render can no longer be reading.
  void collect();
  // Pages that only wait for render to finish its block.
  std::int64_t waiting() const { return static_cast<std::int64_t>(waiting_.size()); }
  // True if take(reserve) could succeed, now or once render has moved on.
  bool has_room(std::int64_t reserve) const;
  std::int64_t pages_used() const { return used_; }
  std::int64_t pages_max() const { return pages_max_; }

  // Free pages whose memory has not been returned to the system, at most `count`; the caller passes them to
  // clean_memory without the lock and then to accept_clean.
  std::vector<rt::Page*> take_dirty(std::size_t count);
  static void clean_memory(std::vector<rt::Page*>& pages);
  void accept_clean(const std::vector<rt::Page*>& pages);

 private:
  struct Waiting {
    rt::Page* page;
    std::uint64_t mark;
  };
  bool map_chunk();

  std::int64_t pages_max_;
  const rt::BlockClock& clock_;
  std::vector<void*> chunks_;
  std::vector<rt::Page*> dirty_;  // free, memory resident
  std::vector<rt::Page*> clean_;  // free, no memory behind them
  std::deque<Waiting> waiting_;
  std::int64_t used_ = 0;  // taken or waiting
};

}  // namespace segue::stream
