// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/stream/loading_track.h"

namespace segue::stream {

// What a loader thread is to do next.
struct PageJob {
  LoadingTrack* track = nullptr;  // null: nothing
  std::int64_t page = 0;          // −1: open the track
  bool is_wanted = false;         // somebody asked for it: pages of others may be reclaimed for it
  std::int64_t until = 0;         // the job's range ends before this page
};

// The most urgent piece of work among tracks nobody is working on. In this order: pages a thread waits for; pages
// wanted first within 2 s of where their range begins; opening tracks and their heads, one load after the other; the
// other wanted pages, by distance; the rest of the ready tracks in turn, if `has_room`. While a ready track is in use,
// at most `threads` − 1 threads (at least one) open tracks and fill heads.
PageJob next_job(std::span<const std::shared_ptr<LoadingTrack>> tracks, bool has_room, int threads, int sample_rate_hz);

struct Victim {
  LoadingTrack* track;
  std::int64_t page;
};

// Up to `count` published pages to give up for `beneficiary`, the least recently wanted first. Never one that is wanted
// now, lies within 2 s before a wanted range, or belongs to the head of a track that is not ready; but an earlier load
// may take the heads of later ones, so that loads never wait for each other in a ring.
std::vector<Victim> choose_victims(std::span<const std::shared_ptr<LoadingTrack>> tracks, std::size_t count,
                                   const LoadingTrack& beneficiary, int sample_rate_hz);

}  // namespace segue::stream
