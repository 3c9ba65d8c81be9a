// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/stream/live_feed.h"
#include "engine/stream/page_maker.h"
#include "engine/stream/sources/guarded_source.h"
#include "engine/stream/track_loader.h"

namespace segue::stream {

inline constexpr std::int64_t kHeadPages = 16;  // 1.4 s at 48 kHz: enough to start and to be asked for more
inline constexpr std::size_t kRangesMax = 8;

inline std::int64_t pages_for(Frames frames) { return (frames + rt::kPageFrames - 1) / rt::kPageFrames; }

// A range of pages [from, to).
struct PageRange {
  std::int64_t from = 0;
  std::int64_t to = 0;
  bool contains(std::int64_t page) const { return page >= from && page < to; }
};

// A track on its way into pages. The loader's mutex guards every member but these: `maker` and `feed` belong to the
// thread that has set `busy`; `gate` and `stop` are safe by themselves; `facts`, `pages` (the pointer), `status`,
// `live_title` and the two flags of the medium never change once set, before `is_open`.
struct LoadingTrack {
  std::uint64_t load_id = 0;
  std::string uri;
  std::string label;  // the uri without what may be secret: for messages and logs
  TrackLoader::Ready ready;  // empty once called

  std::unique_ptr<Waits> waits;  // of the threads that read from the gate
  std::shared_ptr<GuardedSource> gate;
  std::stop_source stop;  // of opening it, and of connecting again
  std::unique_ptr<PageMaker> maker;
  std::unique_ptr<LiveFeed> feed;  // of a live track, instead of the maker
  model::TrackFacts facts;
  std::unique_ptr<rt::TrackPages> pages;
  std::function<FetchStatus()> status;
  std::function<std::string()> live_title;
  bool is_remote = false;  // its bytes come over a network
  bool is_live = false;    // they have no end and come in order only

  bool is_open = false;
  bool busy = false;
  bool is_final = false;               // the last page is known
  bool is_failed = false;              // a network source has failed for good: only wanted pages are tried
  std::atomic<bool> dropped = false;   // also read by the source, which then fails
  std::optional<Error> trouble;        // the first failure to read it
  std::int64_t end_page = 0;           // pages from here on will never be there
  std::int64_t first_gap = 0;          // no page before this one is missing
  std::set<std::int64_t> lost;         // missing, and nothing will bring them
  std::int64_t kept_from = 0;          // live: missing pages before this one never come
  std::int64_t next_live = 0;          // live: the page that comes next
  std::set<std::int64_t> kept_wanted;  // live: published pages before kept_from
  std::uint64_t served = 0;            // when a thread last worked for it
  std::array<PageRange, kRangesMax> wanted{};
  std::size_t wanted_count = 0;
  std::vector<PageRange> awaited;           // of threads in wait_for
  std::vector<std::uint32_t> wanted_stamp;  // per page: when it was last wanted

  // While busy: the page its thread makes (−1: it opens the track), how urgent that was, and whether it stands still
  // until bytes have come.
  std::int64_t page_made = -1;
  int rank_made = 0;
  bool is_waiting = false;
  // Its next read would have to wait, and as many threads as may do so already do.
  bool is_parked = false;

  bool is_missing(std::int64_t page) const {
    return page >= kept_from && page < end_page && pages->page(page) == nullptr && !lost.contains(page);
  }
  // The first missing page of the range, or −1.
  std::int64_t first_missing(PageRange range) const {
    for (std::int64_t page = std::max(range.from, kept_from); page < std::min(range.to, end_page); ++page) {
      if (pages->page(page) == nullptr && !(is_failed && lost.contains(page))) return page;
    }
    return -1;
  }
  bool is_head_there() const {
    return is_open && (!is_live || next_live >= kHeadPages) && first_missing({0, kHeadPages}) < 0;
  }
};

}  // namespace segue::stream
