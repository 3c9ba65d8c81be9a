// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/page_filler.h"

#include <chrono>

#include "engine/base/log.h"
#include "engine/base/text.h"
#include "engine/stream/track_opening.h"

namespace segue::stream {
namespace {

constexpr std::int64_t kPagesPerTurn = 8;           // 0.7 s of audio, some milliseconds of work
constexpr std::int64_t kReservePagesMax = 32;       // kept from the background, so that wanted pages need not wait
constexpr std::size_t kCleanPages = 256;            // whose memory goes back in one turn
constexpr std::chrono::milliseconds kBlockPoll{2};  // render cannot wake anybody; a block lasts 1 to 20 ms

constexpr std::size_t kMessageBytesMax = 8'192;  // a path is at most 4,096

constexpr int kFadeFrames = 64;  // into the silence of a page that cannot be read

}  // namespace

void PageFiller::run(const std::stop_token& stop) {
  Lock lock(mutex_);
  while (!stop.stop_requested() && !abandoned_) {
    if (!work_once(lock)) rest(lock, stop);
  }
}

// Until there may be something to do.
void PageFiller::rest(Lock& lock, const std::stop_token& stop) {
  const std::uint64_t seen = news_;
  const auto is_news = [&] { return news_ != seen || abandoned_; };
  const std::int64_t waiting = pool_.waiting();
  pool_.collect();
  if (pool_.waiting() < waiting) return;
  ++resting_;
  if (waiting > 0) {
    work_.wait_for(lock, stop, kBlockPoll, is_news);
  } else {
    work_.wait(lock, stop, is_news);
  }
  --resting_;
}

// Does the most urgent piece of work; false if there is none. Called and left with the lock held.
bool PageFiller::work_once(Lock& lock) {
  if (answer_cancelled(lock)) return true;
  if (working_ >= options_.threads) return false;
  const PageJob job = next_job(tracks_, {.has_room = pool_.has_room(reserve()),
                                         .threads = options_.threads,
                                         .may_wait = waiting_ < kWaitingMax,
                                         .sample_rate_hz = options_.sample_rate_hz});
  if (job.track == nullptr) return clean_memory(lock);
  return do_job(lock, job);  // no progress if there is no page to be had
}

// Tells one cancelled load's caller so; false if there is none.
bool PageFiller::answer_cancelled(Lock& lock) {
  const auto at = std::find_if(tracks_.begin(), tracks_.end(),
                               [](const auto& track) { return track->dropped && track->ready && !track->busy; });
  if (at == tracks_.end()) return false;
  const std::shared_ptr<LoadingTrack> track = *at;
  remove(*track);
  refuse(lock, track, {Code::kCancelled, "LOAD_CANCELLED", track->label + ": the load was cancelled"});
  return true;
}

bool PageFiller::do_job(Lock& lock, const PageJob& job) {
  const std::shared_ptr<LoadingTrack> track = find(job.track);
  track->busy = true;
  track->served = ++turn_;
  track->rank_made = job.rank;
  track->page_made = job.page;
  track->is_parked = false;
  ++working_;
  work_.notify_one();  // there may be more
  bool progress = true;
  if (job.page < 0) {
    open(lock, track);
  } else {
    progress = track->is_live ? fill_live(lock, track) : fill_pages(lock, track, job);
  }
  --working_;
  track->busy = false;
  if (track->dropped && !track->ready && !abandoned_) remove(*track);
  if (progress) notify();
  return progress;
}

void PageFiller::open(Lock& lock, const std::shared_ptr<LoadingTrack>& track) {
  lock.unlock();
  Result<OpenedTrack> opened = open_track(options_, *track, resamplers_);
  lock.lock();
  if (track->dropped) return;  // cancelled meanwhile
  if (!opened) {
    if (opened.error().reason == "READ_INTERRUPTED") return;  // it is opened when its turn comes again
    return refuse(lock, track, opened.error());
  }
  track->maker = std::move(opened->maker);
  track->feed = std::move(opened->feed);
  track->is_live = track->feed != nullptr;
  track->facts = std::move(opened->facts);
  track->pages = std::move(opened->pages);
  track->status = std::move(opened->status);
  track->live_title = std::move(opened->live_title);
  track->is_remote = opened->is_remote;
  track->end_page = track->pages->page_count();
  track->wanted_stamp.assign(static_cast<std::size_t>(track->end_page), 0);
  track->is_open = true;
}

// Makes some pages of the job's range, from its first on. False if there was no page to make one in.
bool PageFiller::fill_pages(Lock& lock, const std::shared_ptr<LoadingTrack>& track, const PageJob& job) {
  std::int64_t made = 0;
  // The end may come while pages are made; whoever awaits more than there is names any number.
  for (std::int64_t page = job.page; page < std::min(job.until, track->end_page) && made < kPagesPerTurn; ++page) {
    if (track->dropped || abandoned_) return true;
    if (!track->is_missing(page)) continue;
    // Enough are at work again since a wait ended, or somebody has asked for other pages.
    if (made > 0 && (working_ > options_.threads || is_misplaced(*track, options_.sample_rate_hz))) break;
    track->page_made = page;
    const Outcome outcome = fill_page(lock, track, job, page);
    if (outcome == Outcome::kCalledAway) return true;
    if (outcome == Outcome::kNoMemory) break;
    ++made;
  }
  announce_if_ready(lock, track);
  return made > 0;
}

PageFiller::Outcome PageFiller::fill_page(Lock& lock, const std::shared_ptr<LoadingTrack>& track, const PageJob& job,
                                          std::int64_t index) {
  rt::Page* page = take_page(*track, job.is_wanted);
  if (page == nullptr) return Outcome::kNoMemory;
  lock.unlock();
  const Result<void> made = track->maker->make(index, *page);
  lock.lock();
  const bool is_past_end = made && track->maker->is_length_exact() && index * rt::kPageFrames >= track->maker->length();
  if (!made || is_past_end) {
    pool_.give_back(page);
  } else {
    track->pages->publish(index, page);
  }
  if (!made && made.error().reason == "READ_INTERRUPTED") return Outcome::kCalledAway;
  if (made) {
    settle_length(lock, *track, index);
  } else {
    lose_page(lock, track, index, made.error());
  }
  done_.notify_all();
  return Outcome::kDone;
}

// The page cannot be read. Of a file it becomes silence and the length stays what it was last said to be; of a network
// source it stays missing, so that a deck covers the hole and its user can load the track anew.
void PageFiller::lose_page(Lock& lock, const std::shared_ptr<LoadingTrack>& track, std::int64_t index,
                           const Error& error) {
  if (track->dropped) return;
  if (track->is_remote) {
    if (track->ready) return refuse(lock, track, error);
    note_trouble(*track, index, error);
    track->is_failed = true;
    track->lost.insert(index);
    return;
  }
  note_trouble(*track, index, error);
  if (track->ready || (!track->is_final && track->pages->length() <= index * rt::kPageFrames)) {
    return finish(*track, index * rt::kPageFrames, false);
  }
  silence_page(*track, index);
  if (!track->is_final) finish(*track, track->pages->length(), false);
}

void PageFiller::note_trouble(LoadingTrack& track, std::int64_t index, const Error& error) {
  if (track.trouble) return;
  const std::string message = printable(track.label + ": " + error.message, kMessageBytesMax);
  if (track.is_remote) {
    track.trouble = error;  // whose message begins with the label of its medium
  } else {
    const bool is_change = error.reason == "FILE_CHANGED";
    track.trouble = Error{Code::kDataLoss, is_change ? error.reason : "FILE_UNREADABLE", message};
  }
  log::warning("track_read_failed", {{"track", track.label}, {"page", index}, {"error", error.message}});
}

void PageFiller::silence_page(LoadingTrack& track, std::int64_t index) {
  rt::Page* page = take_page(track, true);
  if (page == nullptr) return;  // it is tried again when there is room
  std::fill(std::begin(page->left), std::end(page->left), 0.0F);
  std::fill(std::begin(page->right), std::end(page->right), 0.0F);
  const rt::Page* before = index > 0 ? track.pages->page(index - 1) : nullptr;
  for (int i = 0; before != nullptr && i < kFadeFrames; ++i) {  // no click
    const float gain = 1.0F - static_cast<float>(i + 1) / kFadeFrames;
    page->left[i] = gain * before->left[rt::kPageFrames - 1];
    page->right[i] = gain * before->right[rt::kPageFrames - 1];
  }
  track.pages->publish(index, page);
}

// Keeps the published length in step with what decoding has shown, after page `index` was made.
void PageFiller::settle_length(Lock& lock, LoadingTrack& track, std::int64_t index) {
  const Frames made_to = (index + 1) * rt::kPageFrames;
  if (track.is_final) return;
  const Frames capacity = track.pages->page_count() * rt::kPageFrames;
  if (!track.maker->is_length_exact() || track.maker->length() > capacity) {
    if (made_to >= capacity) return finish(track, capacity, false);
    if (made_to > track.pages->length()) track.pages->set_length(made_to, false);
    return;
  }
  const Frames length = track.maker->length();
  if (made_to < length) {
    if (length != track.pages->length()) track.pages->set_length(length, false);
    return;
  }
  lock.unlock();
  const Result<bool> quiet = track.maker->ends_quietly();
  lock.lock();
  finish(track, length, quiet.value_or(false));
}

void PageFiller::finish(LoadingTrack& track, Frames length, bool quiet) {
  track.pages->set_ends_quietly(quiet);
  track.pages->set_length(length, true);
  track.end_page = pages_for(length);
  track.is_final = true;
  for (std::int64_t page = track.end_page; page < track.pages->page_count(); ++page) {
    if (const rt::Page* beyond = track.pages->unpublish(page); beyond != nullptr) pool_.give_back_later(beyond);
  }
  done_.notify_all();
}

void PageFiller::announce_if_ready(Lock& lock, const std::shared_ptr<LoadingTrack>& track) {
  if (!track->ready || abandoned_ || track->dropped || !track->is_head_there()) return;
  if (track->is_final && track->pages->length() == 0) {
    return refuse(lock, track,
                  {Code::kFailedPrecondition, "INVALID_MEDIA", track->label + ": no audio in it can be decoded"});
  }
  const TrackLoader::Ready ready = std::exchange(track->ready, nullptr);
  std::shared_ptr<LoadedTrack> handle = make_handle(shared_from_this(), track);
  lock.unlock();
  ready(track->load_id, std::move(handle));
  lock.lock();
}

void PageFiller::refuse(Lock& lock, const std::shared_ptr<LoadingTrack>& track, Error error) {
  track->dropped = true;
  error.message = printable(error.message, kMessageBytesMax);  // names are other people's text
  const TrackLoader::Ready ready = std::exchange(track->ready, nullptr);
  if (!ready || abandoned_) return;
  lock.unlock();
  ready(track->load_id, tl::unexpected(std::move(error)));
  lock.lock();
}

// A page to write, or null; for wanted ones some others may be reclaimed first.
rt::Page* PageFiller::take_page(const LoadingTrack& track, bool is_wanted) {
  if (rt::Page* page = pool_.take(is_wanted ? 0 : reserve()); page != nullptr) return page;
  if (is_wanted && pool_.waiting() == 0) {
    // Several at a time, because choosing looks at every page; no more than the background leaves alone anyway.
    const auto count = static_cast<std::size_t>(std::max<std::int64_t>(reserve(), 1));
    for (const Victim& victim : choose_victims(tracks_, count, track, options_.sample_rate_hz)) {
      pool_.give_back_later(victim.track->pages->unpublish(victim.page));
      victim.track->first_gap = std::min(victim.track->first_gap, victim.page);
    }
  }
  return is_wanted ? pool_.take(0) : nullptr;
}

void PageFiller::remove(LoadingTrack& track) {
  const auto at = std::find_if(tracks_.begin(), tracks_.end(), [&](const auto& t) { return t.get() == &track; });
  if (at == tracks_.end()) return;
  if (track.pages != nullptr) {
    for (std::int64_t page = 0; track.pages->published() > 0 && page < track.pages->page_count(); ++page) {
      if (const rt::Page* mine = track.pages->unpublish(page); mine != nullptr) pool_.give_back(mine);
    }
  }
  tracks_.erase(at);
  notify();
}

// Returns some free memory to the system; false if there is none to return.
bool PageFiller::clean_memory(Lock& lock) {
  std::vector<rt::Page*> pages = pool_.take_dirty(kCleanPages);
  if (pages.empty()) return false;
  lock.unlock();
  PagePool::clean_memory(pages);
  lock.lock();
  pool_.accept_clean(pages);
  return true;
}

std::int64_t PageFiller::reserve() const {
  return pool_.pages_max() < 0 ? 0 : std::min(kReservePagesMax, pool_.pages_max() / 8);
}

}  // namespace segue::stream
