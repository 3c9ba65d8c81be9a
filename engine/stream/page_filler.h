// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/stream/loading_track.h"
#include "engine/stream/page_pool.h"
#include "engine/stream/page_schedule.h"
#include "engine/stream/resampler_cache.h"

namespace segue::stream {

class PageFiller;

// The track as its users hold it: keeps the filler alive and drops the track when it goes.
std::shared_ptr<LoadedTrack> make_handle(std::shared_ptr<PageFiller> filler, std::shared_ptr<LoadingTrack> track);

// All tracks of a loader and the work on them; shared by the loader and by the tracks it has given out, which may
// outlive it. run() is the loader threads' loop; everything else may be called from any thread and returns at once,
// except wait_for. One mutex guards the tracks, the pool and the count of threads; it is not held while decoding.
//
// At most `threads` threads work at once. One that waits for the network does not count: while it waits, a spare one
// works, started when first needed. At most kWaitingMax tracks are waited for; what else would wait is parked.
class PageFiller : public std::enable_shared_from_this<PageFiller> {
 public:
  PageFiller(const TrackLoader::Options& options, const rt::BlockClock& clock);

  // Starts a thread that calls run(); false if the system has none to give. Set before anything else is called.
  void set_start_thread(std::function<bool()> start) { start_thread_ = std::move(start); }
  void run(const std::stop_token& stop);
  void add(std::uint64_t load_id, const std::string& uri, TrackLoader::Ready ready);
  void drop(LoadingTrack& track);
  void cancel(std::uint64_t load_id);
  // Nothing is decoded from here on: sources fail, waiting threads return.
  void abandon();
  void want(LoadingTrack& track, std::span<const WantedRange> ranges);
  void wait_for(LoadingTrack& track, WantedRange range);
  std::int64_t bytes_used() const;
  std::optional<Error> trouble(const LoadingTrack& track) const;

  // The calling thread, at work on this track, is about to wait for the network, or is back.
  bool begin_wait(LoadingTrack& track);
  void end_wait(LoadingTrack& track);

 private:
  using Lock = std::unique_lock<std::mutex>;
  enum class Outcome { kDone, kNoMemory, kCalledAway };

  void rest(Lock& lock, const std::stop_token& stop);
  bool work_once(Lock& lock);
  bool answer_cancelled(Lock& lock);
  bool do_job(Lock& lock, const PageJob& job);
  void open(Lock& lock, const std::shared_ptr<LoadingTrack>& track);
  bool fill_pages(Lock& lock, const std::shared_ptr<LoadingTrack>& track, const PageJob& job);
  Outcome fill_page(Lock& lock, const std::shared_ptr<LoadingTrack>& track, const PageJob& job, std::int64_t index);
  bool fill_live(Lock& lock, const std::shared_ptr<LoadingTrack>& track);
  void expire_live(LoadingTrack& track);
  void lose_page(Lock& lock, const std::shared_ptr<LoadingTrack>& track, std::int64_t index, const Error& error);
  void note_trouble(LoadingTrack& track, std::int64_t index, const Error& error);
  void silence_page(LoadingTrack& track, std::int64_t index);
  void settle_length(Lock& lock, LoadingTrack& track, std::int64_t index);
  void finish(LoadingTrack& track, Frames length, bool quiet);
  void announce_if_ready(Lock& lock, const std::shared_ptr<LoadingTrack>& track);
  void refuse(Lock& lock, const std::shared_ptr<LoadingTrack>& track, Error error);
  void remove(LoadingTrack& track);
  void notify();
  std::shared_ptr<LoadingTrack> find(const LoadingTrack* track) const;
  bool yields(const LoadingTrack& other, const LoadingTrack& track) const;
  std::shared_ptr<LoadingTrack> call_away_for(const LoadingTrack& track) const;
  rt::Page* take_page(const LoadingTrack& track, bool is_wanted);
  bool clean_memory(Lock& lock);
  std::int64_t reserve() const;

  const TrackLoader::Options options_;
  ResamplerCache resamplers_;  // safe by itself
  std::function<bool()> start_thread_;
  mutable std::mutex mutex_;
  std::condition_variable_any work_;  // something to do may have come up
  std::condition_variable_any done_;  // a page or an end has come up
  // Guarded by mutex_:
  PagePool pool_;
  std::vector<std::shared_ptr<LoadingTrack>> tracks_;
  int threads_;      // in all
  int resting_ = 0;  // with nothing to do
  int working_ = 0;
  int waiting_ = 0;  // for the network
  std::uint64_t turn_ = 0;
  std::uint64_t news_ = 0;  // rises whenever there may be something to do
  std::uint32_t stamp_ = 0;
  bool abandoned_ = false;
};

}  // namespace segue::stream
