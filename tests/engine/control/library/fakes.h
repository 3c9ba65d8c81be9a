// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>

#include "engine/catalog/library.h"
#include "engine/stream/cache/block_cache.h"
#include "engine/stream/fetch/fetcher.h"

namespace segue::control::test {

// A fetcher whose prefetches a test ends. Thread-safe.
class FakeFetcher final : public stream::Fetcher {
 public:
  using Progress = std::function<void(std::int64_t, std::int64_t)>;
  using Done = std::function<void(Result<void>)>;

  Result<stream::OpenedMedia> open(const std::string& uri, const model::MediaRef&, const std::stop_token&) override {
    return fail(Code::kUnimplemented, "NOT_HERE", uri);
  }
  std::shared_ptr<void> prefetch(const std::string& uri, const model::MediaRef&, Progress progress,
                                 Done done) override {
    const std::lock_guard lock(mutex_);
    begun_.push_back(uri);
    open_[uri] = {std::move(progress), std::move(done)};
    changed_.notify_all();
    return std::shared_ptr<void>(nullptr, [this, uri](void*) {
      const std::lock_guard guard(mutex_);
      let_go_.push_back(uri);
      changed_.notify_all();
    });
  }
  stream::FetchCounters counters() const override {
    stream::FetchCounters counters;
    counters.requests = 7;
    counters.faults["CONNECTION_RESET"] = 3;
    return counters;
  }

  // Blocks until so many were begun, and returns them in order.
  std::vector<std::string> wait_begun(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_.size() >= count; });
    return begun_;
  }
  // Blocks until so many were let go, and returns them in order.
  std::vector<std::string> wait_let_go(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return let_go_.size() >= count; });
    return let_go_;
  }
  void progress(const std::string& uri, std::int64_t present, std::int64_t size) {
    std::unique_lock lock(mutex_);
    const auto tell = open_.at(uri).first;
    lock.unlock();
    tell(present, size);
  }
  void end(const std::string& uri, Result<void> outcome = {}) {
    std::unique_lock lock(mutex_);
    const auto done = open_.at(uri).second;
    open_.erase(uri);
    lock.unlock();
    done(std::move(outcome));
  }

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::map<std::string, std::pair<Progress, Done>> open_;
  std::vector<std::string> begun_;
  std::vector<std::string> let_go_;
};

}  // namespace segue::control::test
