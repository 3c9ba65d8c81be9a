// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/page_schedule.h"

#include <algorithm>
#include <limits>

namespace segue::stream {
namespace {

constexpr int kUrgentSeconds = 2;        // a deck this far from a hole can wait for another track's head
constexpr std::int64_t kNearPages = 16;  // 1.4 s: reading on gets there as soon as a seek does
constexpr int kBehindSeconds = 2;        // kept behind a playhead for back-cueing and short loops

std::int64_t pages_in(int seconds, int sample_rate_hz) {
  return pages_for(static_cast<Frames>(seconds) * sample_rate_hz);
}

struct Choice {
  PageJob job;
  std::int64_t cost = std::numeric_limits<std::int64_t>::max();  // among jobs of the same rank; smaller is sooner
  void offer(const PageJob& other, std::int64_t other_cost) {
    if (other.rank < job.rank || (other.rank == job.rank && other_cost < cost)) {
      job = other;
      cost = other_cost;
    }
  }
};

constexpr std::int64_t kRangeCost = std::int64_t{1} << 32;  // no distance within a range reaches the next one

void offer_wanted(LoadingTrack& track, std::int64_t urgent_pages, Choice& choice) {
  for (const PageRange& range : track.awaited) {
    const std::int64_t page = track.first_missing(range);
    if (page >= 0) choice.offer({&track, page, true, range.to, kAwaited}, page - range.from);
  }
  for (std::size_t i = 0; i < track.wanted_count; ++i) {
    const PageRange& range = track.wanted[i];
    const std::int64_t page = track.first_missing(range);
    if (page < 0) continue;
    const std::int64_t distance = page - range.from;
    const bool is_urgent = i == 0 && distance < urgent_pages;
    choice.offer({&track, page, true, range.to, is_urgent ? kUrgent : kWanted},
                 is_urgent ? distance : static_cast<std::int64_t>(i) * kRangeCost + distance);
  }
}

// Where the background goes on.
std::int64_t next_in_background(LoadingTrack& track) {
  if (track.is_failed) return -1;
  if (track.is_remote && track.wanted_count > 0) {
    const std::int64_t page = track.first_missing({track.wanted[0].from, track.end_page});
    if (page >= 0) return page;
  }
  if (track.first_gap >= track.end_page) return -1;
  const std::int64_t page = track.first_missing({track.first_gap, track.end_page});
  track.first_gap = page < 0 ? track.end_page : page;
  return page;
}

// A live track has one page to make: the next. Its deck may be close behind it.
void offer_live(LoadingTrack& track, Choice& choice) {
  if (track.next_live >= track.end_page) return;
  const bool is_urgent = track.wanted_count > 0 || !track.awaited.empty();
  const Rank rank = track.ready ? kStart : is_urgent ? kUrgent : kWanted;
  choice.offer({&track, track.next_live, true, track.end_page, rank}, 0);
}

// What is to be done next for this track, which is open. `turn` is the load's among those that are not ready.
void offer_pages(LoadingTrack& track, const ScheduleLimits& limits, bool may_start, std::int64_t turn, Choice& choice) {
  if (track.is_live) return offer_live(track, choice);
  offer_wanted(track, pages_in(kUrgentSeconds, limits.sample_rate_hz), choice);
  if (track.ready) {
    const std::int64_t page = track.first_missing({0, kHeadPages});
    if (page >= 0 && may_start) choice.offer({&track, page, true, kHeadPages, kStart}, turn);
    return;
  }
  if (!limits.has_room || choice.job.rank < kBackground) return;
  const std::int64_t page = next_in_background(track);
  if (page >= 0) {
    choice.offer({&track, page, false, track.end_page, kBackground}, static_cast<std::int64_t>(track.served));
  }
}

// One thread is left to tracks that are in use: opening and reading a new one may take long on a slow medium.
bool can_start(std::span<const std::shared_ptr<LoadingTrack>> tracks, int threads) {
  int starting = 0;
  bool is_any_in_use = false;
  for (const std::shared_ptr<LoadingTrack>& track : tracks) {
    if (track->ready && track->busy && !track->is_waiting) ++starting;
    if (!track->ready && !track->dropped) is_any_in_use = true;
  }
  return starting < (is_any_in_use ? std::max(threads - 1, 1) : threads);
}

}  // namespace

PageJob next_job(std::span<const std::shared_ptr<LoadingTrack>> tracks, const ScheduleLimits& limits) {
  const bool may_start = can_start(tracks, limits.threads);
  Choice choice;
  std::int64_t turn = 0;  // of the load among those that are not ready
  for (const std::shared_ptr<LoadingTrack>& track : tracks) {
    if (track->ready) ++turn;
    if (track->busy || track->dropped || (track->is_parked && !limits.may_wait)) continue;
    if (track->is_open) {
      offer_pages(*track, limits, may_start, turn, choice);
    } else if (may_start) {
      choice.offer({track.get(), -1, true, 0, kStart}, turn);
    }
  }
  return choice.job;
}

bool is_misplaced(LoadingTrack& track, int sample_rate_hz) {
  if (!track.is_open || !track.busy || track.is_live) return false;
  Choice choice;
  offer_wanted(track, pages_in(kUrgentSeconds, sample_rate_hz), choice);
  const PageJob& best = choice.job;
  if (best.track == nullptr || best.rank > track.rank_made) return false;
  // A little before the page is on the way to it.
  return best.page < track.page_made || best.page > track.page_made + kNearPages;
}

std::vector<Victim> choose_victims(std::span<const std::shared_ptr<LoadingTrack>> tracks, std::size_t count,
                                   const LoadingTrack& beneficiary, int sample_rate_hz) {
  struct Candidate {
    std::uint32_t stamp;
    std::int64_t page;
    LoadingTrack* track;
  };
  const std::int64_t behind = pages_in(kBehindSeconds, sample_rate_hz);
  std::vector<Candidate> candidates;
  bool is_later = false;  // than the load that the pages are for
  for (const std::shared_ptr<LoadingTrack>& track : tracks) {
    const bool keeps_head = track->ready && !is_later;
    if (track.get() == &beneficiary && beneficiary.ready) is_later = true;
    // What a station has sent is not to be had again.
    if (!track->is_open || track->is_live || track->pages->published() == 0) continue;
    for (std::int64_t page = 0; page < track->pages->page_count(); ++page) {
      if (track->pages->page(page) == nullptr) continue;
      bool pinned = keeps_head && page < kHeadPages;
      for (std::size_t i = 0; i < track->wanted_count; ++i) {
        pinned = pinned || PageRange{track->wanted[i].from - behind, track->wanted[i].to}.contains(page);
      }
      for (const PageRange& range : track->awaited) pinned = pinned || range.contains(page);
      if (!pinned) candidates.push_back({track->wanted_stamp[static_cast<std::size_t>(page)], page, track.get()});
    }
  }
  // Among those never wanted the last of a track go first: its start is the likeliest to be played again.
  const auto sooner = [](const Candidate& a, const Candidate& b) {
    return a.stamp != b.stamp ? a.stamp < b.stamp : a.page > b.page;
  };
  count = std::min(count, candidates.size());
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count), candidates.end(),
                    sooner);
  std::vector<Victim> victims;
  victims.reserve(count);
  for (std::size_t i = 0; i < count; ++i) victims.push_back({candidates[i].track, candidates[i].page});
  return victims;
}

}  // namespace segue::stream
