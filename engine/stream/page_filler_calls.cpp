// SPDX-License-Identifier: GPL-3.0-or-later
// What other threads ask of the filler.
#include "engine/net/url.h"
#include "engine/stream/page_filler.h"

namespace segue::stream {
namespace {

// The thread that reads from a track's gate, as the filler knows it.
class TrackWaits final : public Waits {
 public:
  TrackWaits(PageFiller& filler, LoadingTrack& track) : filler_(filler), track_(track) {}
  bool begin_wait() override { return filler_.begin_wait(track_); }
  void end_wait() override { filler_.end_wait(track_); }

 private:
  PageFiller& filler_;
  LoadingTrack& track_;
};

}  // namespace

PageFiller::PageFiller(const TrackLoader::Options& options, const rt::BlockClock& clock)
    : options_(options),
      resamplers_(options.sample_rate_hz),
      pool_(options.evicts
                ? std::max<std::int64_t>(options.budget_bytes / static_cast<std::int64_t>(sizeof(rt::Page)), kHeadPages)
                : -1,
            clock),
      threads_(options.threads) {}

void PageFiller::add(std::uint64_t load_id, const std::string& uri, TrackLoader::Ready ready) {
  auto track = std::make_shared<LoadingTrack>();
  track->load_id = load_id;
  track->uri = uri;
  track->label = net::label_of(uri);
  track->ready = std::move(ready);
  track->waits = std::make_unique<TrackWaits>(*this, *track);
  track->gate = std::make_shared<GuardedSource>(track->dropped, track->waits.get());
  const Lock lock(mutex_);
  tracks_.push_back(std::move(track));
  notify();
}

void PageFiller::drop(LoadingTrack& track) {
  {
    const Lock lock(mutex_);
    track.dropped = true;
    if (!track.busy) return remove(track);  // else the thread that works on it does
  }
  track.stop.request_stop();
  track.gate->interrupt();
}

void PageFiller::cancel(std::uint64_t load_id) {
  std::shared_ptr<LoadingTrack> track;
  {
    const Lock lock(mutex_);
    const auto at =
        std::find_if(tracks_.begin(), tracks_.end(), [&](const auto& t) { return t->load_id == load_id && t->ready; });
    if (at == tracks_.end()) return;
    track = *at;
    track->dropped = true;  // its source fails from here on
    notify();
  }
  track->stop.request_stop();
  track->gate->interrupt();
}

void PageFiller::abandon() {
  std::vector<std::shared_ptr<LoadingTrack>> tracks;
  {
    const Lock lock(mutex_);
    abandoned_ = true;
    tracks = tracks_;
    for (const std::shared_ptr<LoadingTrack>& track : tracks) track->dropped = true;
    ++news_;
    work_.notify_all();
    done_.notify_all();
  }
  for (const std::shared_ptr<LoadingTrack>& track : tracks) {
    track->stop.request_stop();
    track->gate->interrupt();
  }
}

void PageFiller::want(LoadingTrack& track, std::span<const WantedRange> ranges) {
  {
    const Lock lock(mutex_);
    track.wanted_count = 0;
    ++stamp_;
    for (const WantedRange& range : ranges.first(std::min(ranges.size(), kRangesMax))) {
      const PageRange pages{std::max<Frames>(range.from, 0) / rt::kPageFrames,
                            std::min(pages_for(range.to), track.pages->page_count())};
      if (pages.from >= pages.to) continue;
      track.wanted[track.wanted_count++] = pages;
      std::fill(track.wanted_stamp.begin() + pages.from, track.wanted_stamp.begin() + pages.to, stamp_);
    }
    track.is_parked = false;  // what is wanted now may be more urgent than what others wait for
    notify();
    if (!track.is_waiting || !is_misplaced(track, options_.sample_rate_hz)) return;
  }
  track.gate->interrupt();  // its thread comes back for what is wanted now
}

void PageFiller::wait_for(LoadingTrack& track, WantedRange range) {
  const PageRange pages{std::max<Frames>(range.from, 0) / rt::kPageFrames, pages_for(range.to)};
  Lock lock(mutex_);
  if (track.first_missing(pages) < 0) return;
  track.awaited.push_back(pages);
  track.is_parked = false;
  notify();
  if (track.is_waiting && is_misplaced(track, options_.sample_rate_hz)) {
    lock.unlock();
    track.gate->interrupt();
    lock.lock();
  }
  done_.wait(lock, [&] { return abandoned_ || track.dropped || track.first_missing(pages) < 0; });
  const auto mine = std::find_if(track.awaited.begin(), track.awaited.end(),
                                 [&](const PageRange& r) { return r.from == pages.from && r.to == pages.to; });
  if (mine != track.awaited.end()) track.awaited.erase(mine);
}

std::optional<Error> PageFiller::trouble(const LoadingTrack& track) const {
  const Lock lock(mutex_);
  return track.trouble;
}

std::int64_t PageFiller::bytes_used() const {
  const Lock lock(mutex_);
  return pool_.pages_used() * static_cast<std::int64_t>(sizeof(rt::Page));
}

bool PageFiller::begin_wait(LoadingTrack& track) {
  std::shared_ptr<LoadingTrack> called_away;
  bool needs_thread = false;
  {
    const Lock lock(mutex_);
    if (track.dropped || abandoned_ || is_misplaced(track, options_.sample_rate_hz)) return false;
    // Those called away are about to leave.
    const auto leaving =
        std::count_if(tracks_.begin(), tracks_.end(), [](const auto& t) { return t->is_waiting && t->is_parked; });
    if (waiting_ - leaving >= kWaitingMax && !track.is_live) {
      called_away = call_away_for(track);
      if (called_away == nullptr) {
        track.is_parked = true;
        return false;
      }
      called_away->is_parked = true;
    }
    // What is parked and comes before this one is to try again: it takes the place.
    for (const auto& other : tracks_)
      other->is_parked = other->is_parked && (other->is_waiting || !yields(track, *other));
    track.is_waiting = true;
    ++waiting_;
    --working_;
    needs_thread = resting_ == 0 && threads_ < kWaitingMax + 2 * options_.threads;
    if (needs_thread) ++threads_;
    notify();
  }
  if (called_away != nullptr) called_away->gate->interrupt();
  if (needs_thread && !start_thread_()) {
    const Lock lock(mutex_);
    --threads_;
  }
  return true;
}

void PageFiller::end_wait(LoadingTrack& track) {
  const Lock lock(mutex_);
  track.is_waiting = false;
  --waiting_;
  ++working_;
  const bool has_parked = std::any_of(tracks_.begin(), tracks_.end(), [](const auto& t) { return t->is_parked; });
  if (has_parked) notify();
}

// Whether `other` may be left for the sake of `track`: a background, or a load for what is more urgent or came first.
bool PageFiller::yields(const LoadingTrack& other, const LoadingTrack& track) const {
  if (other.is_live) return false;
  if (other.rank_made >= kBackground) return track.rank_made < kBackground;
  if (other.rank_made != kStart || track.rank_made > kStart) return false;
  if (track.rank_made < kStart) return true;
  const auto first = std::find_if(tracks_.begin(), tracks_.end(),
                                  [&](const auto& t) { return t.get() == &other || t.get() == &track; });
  return first->get() == &track;
}

// A waiting track that yields to this one, the least urgent and latest, or null.
std::shared_ptr<LoadingTrack> PageFiller::call_away_for(const LoadingTrack& track) const {
  std::shared_ptr<LoadingTrack> least;
  for (const std::shared_ptr<LoadingTrack>& other : tracks_) {
    if (!other->is_waiting || other->is_parked || !yields(*other, track)) continue;
    if (least == nullptr || other->rank_made >= least->rank_made) least = other;
  }
  return least;
}

std::shared_ptr<LoadingTrack> PageFiller::find(const LoadingTrack* track) const {
  return *std::find_if(tracks_.begin(), tracks_.end(), [&](const auto& t) { return t.get() == track; });
}

void PageFiller::notify() {
  ++news_;
  work_.notify_one();
}

}  // namespace segue::stream
