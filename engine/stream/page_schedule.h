// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/stream/loading_track.h"

namespace segue::stream {

// Tracks whose threads may wait for the network at the same time: all decks, samplers and loads of a busy evening.
inline constexpr int kWaitingMax = 16;

// How urgent a piece of work is, most urgent first.
enum Rank : int { kAwaited, kUrgent, kStart, kWanted, kBackground, kNothing };

// What a loader thread is to do next.
struct PageJob {
  LoadingTrack* track = nullptr;  // null: nothing
  std::int64_t page = 0;          // −1: open the track
  bool is_wanted = false;         // somebody asked for it: pages of others may be reclaimed for it
  std::int64_t until = 0;         // the job's range ends before this page
  Rank rank = kNothing;
};

struct ScheduleLimits {
  bool has_room = true;  // for pages that nobody wants yet
  int threads = 2;       // that may work at once
  bool may_wait = true;  // a thread is to be had that may wait for the network
  int sample_rate_hz = 48'000;
};

// The most urgent piece of work among tracks nobody is working on. In this order: pages a thread waits for; pages
// wanted first within 2 s of where their range begins; opening tracks and their heads, one load after the other; the
// other wanted pages, by distance; the rest of the ready tracks in turn, if there is room: of local ones from the start
// on, of remote ones from the playhead on and round, as their bytes come. While a ready track is in use, at most
// `threads` − 1 threads (at least one) open tracks and fill heads, those that wait for the network not counted.
PageJob next_job(std::span<const std::shared_ptr<LoadingTrack>> tracks, const ScheduleLimits& limits);

// The thread at work on the track should rather make another page of it.
bool is_misplaced(LoadingTrack& track, int sample_rate_hz);

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
