// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/page_filler.h"

#include <chrono>

#include "engine/base/log.h"
#include "engine/base/text.h"
#include "engine/model/config.h"
#include "engine/stream/sources/file_source.h"
#include "engine/stream/sources/guarded_source.h"

namespace segue::stream {
namespace {

constexpr std::int64_t kPagesPerTurn = 8;           // 0.7 s of audio, some milliseconds of work
constexpr std::int64_t kReservePagesMax = 32;       // kept from the background, so that wanted pages need not wait
constexpr std::size_t kResamplersMax = 8;           // of up to 2 MB; music has half a dozen rates
constexpr std::size_t kCleanPages = 256;            // whose memory goes back in one turn
constexpr std::chrono::milliseconds kBlockPoll{2};  // render cannot wake anybody; a block lasts 1 to 20 ms

constexpr std::size_t kMessageBytesMax = 8'192;  // a path is at most 4,096

constexpr int kFadeFrames = 64;  // into the silence of a page that cannot be read

// The smallest rates of compressed audio that a length may be estimated by.
constexpr double kBytesPerSecondMin = 1'000.0;  // 8 kbit/s
constexpr double kLengthSlack = 1.25;           // on what a header says
constexpr double kLengthSlackSeconds = 60.0;

// How many frames the page table must have room for: what the file says if its size makes that likely, else more.
Frames capacity_for(Frames length, std::int64_t bytes, int sample_rate_hz) {
  const double rate = sample_rate_hz;
  const double seconds_max = model::kTrackSecondsMax;
  const double said = static_cast<double>(length) / rate;
  if (length <= 0) return static_cast<Frames>(seconds_max * rate);
  const double by_size = bytes > 0 ? static_cast<double>(bytes) / kBytesPerSecondMin : 0.0;
  const double seconds = std::max(said * kLengthSlack + kLengthSlackSeconds, by_size);
  return static_cast<Frames>(std::min(seconds, seconds_max) * rate);
}

}  // namespace

PageFiller::PageFiller(const TrackLoader::Options& options, const rt::BlockClock& clock)
    : options_(options),
      pool_(options.evicts
                ? std::max<std::int64_t>(options.budget_bytes / static_cast<std::int64_t>(sizeof(rt::Page)), kHeadPages)
                : -1,
            clock) {}

void PageFiller::run(const std::stop_token& stop) {
  Lock lock(mutex_);
  while (!stop.stop_requested() && !abandoned_) {
    if (work_once(lock)) continue;
    const std::uint64_t seen = news_;
    const auto is_news = [&] { return news_ != seen || abandoned_; };
    const std::int64_t waiting = pool_.waiting();
    pool_.collect();
    if (pool_.waiting() < waiting) continue;
    if (waiting > 0) {
      work_.wait_for(lock, stop, kBlockPoll, is_news);
    } else {
      work_.wait(lock, stop, is_news);
    }
  }
}

void PageFiller::add(std::shared_ptr<LoadingTrack> track) {
  const Lock lock(mutex_);
  tracks_.push_back(std::move(track));
  notify();
}

void PageFiller::drop(LoadingTrack& track) {
  const Lock lock(mutex_);
  track.dropped = true;
  if (!track.busy) remove(track);  // else the thread that works on it does
}

void PageFiller::cancel(std::uint64_t load_id) {
  const Lock lock(mutex_);
  const auto at = std::find_if(tracks_.begin(), tracks_.end(),
                               [&](const auto& track) { return track->load_id == load_id && track->ready; });
  if (at == tracks_.end()) return;
  (*at)->dropped = true;  // its source fails from here on
  notify();
}

void PageFiller::abandon() {
  const Lock lock(mutex_);
  abandoned_ = true;
  for (const std::shared_ptr<LoadingTrack>& track : tracks_) track->dropped = true;
  notify();
  done_.notify_all();
}

void PageFiller::want(LoadingTrack& track, std::span<const WantedRange> ranges) {
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
  notify();
}

void PageFiller::wait_for(LoadingTrack& track, WantedRange range) {
  const PageRange pages{std::max<Frames>(range.from, 0) / rt::kPageFrames, pages_for(range.to)};
  Lock lock(mutex_);
  if (track.first_missing(pages) < 0) return;
  track.awaited.push_back(pages);
  notify();
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

// Does the most urgent piece of work; false if there is none. Called and left with the lock held.
bool PageFiller::work_once(Lock& lock) {
  if (answer_cancelled(lock)) return true;
  const PageJob job = next_job(tracks_, pool_.has_room(reserve()), options_.threads, options_.sample_rate_hz);
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
  refuse(lock, track, {Code::kCancelled, "LOAD_CANCELLED", track->uri + ": the load was cancelled"});
  return true;
}

bool PageFiller::do_job(Lock& lock, const PageJob& job) {
  const auto held = std::find_if(tracks_.begin(), tracks_.end(), [&](const auto& t) { return t.get() == job.track; });
  const std::shared_ptr<LoadingTrack> track = *held;
  track->busy = true;
  track->served = ++turn_;
  bool progress = true;
  if (job.page < 0) {
    open_track(lock, track);
  } else {
    progress = fill_pages(lock, track, job);
  }
  track->busy = false;
  if (track->dropped && !track->ready && !abandoned_) remove(*track);
  if (progress) notify();
  return progress;
}

void PageFiller::open_track(Lock& lock, const std::shared_ptr<LoadingTrack>& track) {
  lock.unlock();
  const Result<std::string> path = path_of_uri(track->uri);
  Result<std::unique_ptr<Decoder>> decoder = tl::unexpected(path ? Error{} : path.error());
  std::int64_t bytes = 0;
  if (path) {
    Result<std::unique_ptr<ByteSource>> source = open_file(*path);
    if (source) {
      bytes = (*source)->size();
      auto guarded = std::make_unique<GuardedSource>(std::move(*source), track->dropped);
      GuardedSource& guard = *guarded;  // lives as long as the decoder
      decoder = open_decoder(std::move(guarded), *path);
      if (decoder) guard.end_opening();
    } else {
      decoder = tl::unexpected(source.error());
    }
  }
  lock.lock();
  if (track->dropped) return;  // cancelled meanwhile
  if (!decoder) return refuse(lock, track, decoder.error());
  track->facts = (*decoder)->facts();
  track->facts.uri = track->uri;
  const auto resampler = resampler_for(lock, track->facts.source_rate_hz);
  track->maker = std::make_unique<PageMaker>(std::move(*decoder), resampler, options_.sample_rate_hz);
  const Frames length = track->maker->length();
  track->pages = std::make_unique<rt::TrackPages>(capacity_for(length, bytes, options_.sample_rate_hz));
  track->pages->set_length(length, false);
  track->end_page = track->pages->page_count();
  track->wanted_stamp.assign(static_cast<std::size_t>(track->end_page), 0);
  track->is_open = true;
}

// Makes some pages of the job's range, from its first on. False if there was no page to make one in.
bool PageFiller::fill_pages(Lock& lock, const std::shared_ptr<LoadingTrack>& track, const PageJob& job) {
  std::int64_t made = 0;
  for (std::int64_t page = job.page; page < job.until && made < kPagesPerTurn; ++page) {
    if (track->dropped || abandoned_) return true;
    if (!track->is_missing(page)) continue;
    if (!fill_page(lock, *track, job, page)) break;
    ++made;
  }
  announce_if_ready(lock, track);
  return made > 0;
}

// False if there is no memory for the page now.
bool PageFiller::fill_page(Lock& lock, LoadingTrack& track, const PageJob& job, std::int64_t index) {
  rt::Page* page = take_page(track, job.is_wanted);
  if (page == nullptr) return false;
  lock.unlock();
  const Result<void> made = track.maker->make(index, *page);
  lock.lock();
  if (!made) {
    lose_page(track, index, page, made.error());
    return true;
  }
  const bool is_past_end = track.maker->is_length_exact() && index * rt::kPageFrames >= track.maker->length();
  if (is_past_end) {
    pool_.give_back(page);
  } else {
    track.pages->publish(index, page);
  }
  settle_length(lock, track, index);
  done_.notify_all();
  return true;
}

// The page cannot be read: it becomes silence, and the length stays what it was last said to be.
void PageFiller::lose_page(LoadingTrack& track, std::int64_t index, rt::Page* page, const Error& error) {
  if (track.dropped) return pool_.give_back(page);
  if (!track.trouble) {
    const bool is_change = error.reason == "FILE_CHANGED";
    track.trouble = Error{Code::kDataLoss, is_change ? error.reason : "FILE_UNREADABLE",
                          printable(track.uri + ": " + error.message, kMessageBytesMax)};
    log::warning("track_read_failed", {{"uri", track.uri}, {"page", index}, {"error", error.message}});
  }
  if (track.ready || (!track.is_final && track.pages->length() <= index * rt::kPageFrames)) {
    pool_.give_back(page);
    finish(track, index * rt::kPageFrames, false);
    return;
  }
  std::fill(std::begin(page->left), std::end(page->left), 0.0F);
  std::fill(std::begin(page->right), std::end(page->right), 0.0F);
  const rt::Page* before = index > 0 ? track.pages->page(index - 1) : nullptr;
  for (int i = 0; before != nullptr && i < kFadeFrames; ++i) {  // no click
    const float gain = 1.0F - static_cast<float>(i + 1) / kFadeFrames;
    page->left[i] = gain * before->left[rt::kPageFrames - 1];
    page->right[i] = gain * before->right[rt::kPageFrames - 1];
  }
  track.pages->publish(index, page);
  if (!track.is_final) finish(track, track.pages->length(), false);
  done_.notify_all();
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
                  {Code::kFailedPrecondition, "INVALID_MEDIA", track->uri + ": no audio in it can be decoded"});
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

std::shared_ptr<const dsp::Resampler> PageFiller::resampler_for(Lock& lock, int source_hz) {
  if (const auto known = resamplers_.find(source_hz); known != resamplers_.end()) return known->second;
  lock.unlock();
  auto made = std::make_shared<const dsp::Resampler>(dsp::Resampler::create(source_hz, options_.sample_rate_hz));
  lock.lock();
  if (resamplers_.size() >= kResamplersMax) resamplers_.clear();  // tracks keep theirs
  return resamplers_.try_emplace(source_hz, std::move(made)).first->second;
}

std::int64_t PageFiller::reserve() const {
  return pool_.pages_max() < 0 ? 0 : std::min(kReservePagesMax, pool_.pages_max() / 8);
}

void PageFiller::notify() {
  ++news_;
  work_.notify_all();
}

}  // namespace segue::stream
