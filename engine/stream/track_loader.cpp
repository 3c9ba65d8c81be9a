// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/track_loader.h"

#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "engine/base/log.h"
#include "engine/base/thread.h"
#include "engine/stream/page_filler.h"

namespace segue::stream {
namespace {

class Handle final : public LoadedTrack {
 public:
  Handle(std::shared_ptr<PageFiller> filler, std::shared_ptr<LoadingTrack> track)
      : filler_(std::move(filler)), track_(std::move(track)) {}
  ~Handle() override { filler_->drop(*track_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  const model::TrackFacts& facts() const override { return track_->facts; }
  const rt::TrackPages& pages() const override { return *track_->pages; }
  std::optional<Error> trouble() const override { return filler_->trouble(*track_); }
  FetchStatus fetch() const override { return track_->status ? track_->status() : FetchStatus{}; }
  bool is_live() const override { return track_->is_live; }
  std::string live_title() const override { return track_->live_title ? track_->live_title() : std::string(); }
  LoadingTrack& track() const { return *track_; }

 private:
  std::shared_ptr<PageFiller> filler_;
  std::shared_ptr<LoadingTrack> track_;
};

// The loader's threads around a PageFiller.
class ThreadedLoader final : public TrackLoader {
 public:
  ThreadedLoader(const Options& options, const rt::BlockClock& clock)
      : filler_(std::make_shared<PageFiller>(options, clock)) {
    filler_->set_start_thread([this] { return start_thread(); });
    for (int i = 0; i < options.threads; ++i) start_thread();
  }
  ~ThreadedLoader() override {
    filler_->abandon();
    // A thread that starts another is among them until it has done so: when none is left, none can follow.
    for (std::jthread last = take_thread(); last.joinable(); last = take_thread()) last.join();
  }
  ThreadedLoader(const ThreadedLoader&) = delete;
  ThreadedLoader& operator=(const ThreadedLoader&) = delete;

  void load(std::uint64_t load_id, const std::string& uri, Ready ready) override {
    filler_->add(load_id, uri, std::move(ready));
  }
  void cancel(std::uint64_t load_id) override { filler_->cancel(load_id); }
  void want(const LoadedTrack& track, std::span<const WantedRange> ranges) override {
    filler_->want(static_cast<const Handle&>(track).track(), ranges);
  }
  void wait_for(const LoadedTrack& track, WantedRange range) override {
    filler_->wait_for(static_cast<const Handle&>(track).track(), range);
  }
  std::int64_t bytes_used() const override { return filler_->bytes_used(); }

 private:
  bool start_thread() {
    const std::lock_guard lock(mutex_);
    try {
      threads_.emplace_back([filler = filler_, i = threads_.size()](const std::stop_token& stop) {
        set_thread_name(("segue-load-" + std::to_string(i)).c_str());
        filler->run(stop);
      });
    } catch (const std::system_error& error) {
      log::error("thread_not_started", {{"name", "segue-load"}, {"error", error.what()}});
      return false;
    }
    return true;
  }
  std::jthread take_thread() {
    const std::lock_guard lock(mutex_);
    if (threads_.empty()) return {};
    std::jthread last = std::move(threads_.back());
    threads_.pop_back();
    return last;
  }

  std::shared_ptr<PageFiller> filler_;
  std::mutex mutex_;  // guards threads_
  std::vector<std::jthread> threads_;
};

}  // namespace

std::shared_ptr<LoadedTrack> make_handle(std::shared_ptr<PageFiller> filler, std::shared_ptr<LoadingTrack> track) {
  return std::make_shared<Handle>(std::move(filler), std::move(track));
}

std::unique_ptr<TrackLoader> TrackLoader::create(const Options& options, const rt::BlockClock& clock) {
  return std::make_unique<ThreadedLoader>(options, clock);
}

}  // namespace segue::stream
