// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>

#include "engine/base/result.h"
#include "engine/stream/fetch/services.h"

namespace segue::stream {

// One who wants a content whole and behind everything else. Once let go, it is called no more.
class Prefetch {
 public:
  using Progress = std::function<void(std::int64_t present, std::int64_t size)>;
  using Done = std::function<void(Result<void>)>;
  Prefetch(Progress progress, Done done) : progress_(std::move(progress)), done_(std::move(done)) {}

  // Waits for a call that is under way, unless this is called from there.
  void let_go() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  void tell_progress(std::int64_t present, std::int64_t size) {
    const std::lock_guard lock(mutex_);
    if (!is_over_ && progress_) progress_(present, size);
  }
  void tell_done(Result<void> outcome) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_over_, true) || !done_) return;
    done_(std::move(outcome));
  }

  // The fetch's, under its mutex.
  SteadyTime told_at{};
  std::int64_t told_bytes = -1;

 private:
  // Held for the calls, so that none outlives let_go; recursive, so that a call may let go.
  std::recursive_mutex mutex_;
  const Progress progress_;
  const Done done_;
  bool is_over_ = false;
};

}  // namespace segue::stream
