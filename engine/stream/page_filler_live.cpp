// SPDX-License-Identifier: GPL-3.0-or-later
// The pages of tracks without an end.
#include <cmath>

#include "engine/stream/page_filler.h"

namespace segue::stream {
namespace {

constexpr int kBehindSeconds = 2;  // kept behind a wanted range, as for other tracks

}  // namespace

// Makes the next page; false if there is no memory for it.
bool PageFiller::fill_live(Lock& lock, const std::shared_ptr<LoadingTrack>& track) {
  rt::Page* page = take_page(*track, true);
  if (page == nullptr) return false;
  lock.unlock();
  const Result<void> made = track->feed->make(*page);
  lock.lock();
  if (!made) {
    pool_.give_back(page);
    if (track->dropped || made.error().code == Code::kCancelled) return true;
    if (track->ready) {
      refuse(lock, track, made.error());
    } else {
      note_trouble(*track, track->next_live, made.error());
      finish(*track, track->next_live * rt::kPageFrames, false);
    }
    return true;
  }
  track->pages->publish(track->next_live, page);
  ++track->next_live;
  track->pages->set_length(track->next_live * rt::kPageFrames, false);
  expire_live(*track);
  done_.notify_all();
  announce_if_ready(lock, track);
  return true;
}

// Gives back what lies further behind the newest page than the time shift reaches, unless somebody wants it.
void PageFiller::expire_live(LoadingTrack& track) {
  const auto kept = pages_for(static_cast<Frames>(options_.timeshift_s * options_.sample_rate_hz));
  const std::int64_t behind = pages_for(static_cast<Frames>(kBehindSeconds) * options_.sample_rate_hz);
  const std::int64_t from = track.next_live - std::max(kept, kHeadPages);
  for (; track.kept_from < from; ++track.kept_from) track.kept_wanted.insert(track.kept_from);
  std::erase_if(track.kept_wanted, [&](std::int64_t page) {
    for (std::size_t i = 0; i < track.wanted_count; ++i) {
      if (PageRange{track.wanted[i].from - behind, track.wanted[i].to}.contains(page)) return false;
    }
    if (const rt::Page* old = track.pages->unpublish(page); old != nullptr) pool_.give_back_later(old);
    return true;
  });
}

}  // namespace segue::stream
