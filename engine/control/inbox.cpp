// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/inbox.h"

#include <iterator>

namespace segue::control {

bool Inbox::offer(Request& request) {
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_ || requests_.size() >= model::kCommandQueueMax) return false;
    requests_.push_back(std::move(request));
  }
  arrived_.notify_one();
  return true;
}

void Inbox::post(Note note) {
  {
    const std::lock_guard lock(mutex_);
    notes_.push_back(std::move(note));
  }
  arrived_.notify_one();
}

void Inbox::take(std::vector<Request>& requests, std::vector<Note>& notes) {
  const std::lock_guard lock(mutex_);
  std::move(requests_.begin(), requests_.end(), std::back_inserter(requests));
  std::move(notes_.begin(), notes_.end(), std::back_inserter(notes));
  requests_.clear();
  notes_.clear();
}

bool Inbox::wait(std::chrono::nanoseconds longest) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, longest, [this] { return is_interrupted_ || !requests_.empty() || !notes_.empty(); });
  return !requests_.empty() || !notes_.empty();
}

void Inbox::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
}

void Inbox::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    is_interrupted_ = true;
  }
  arrived_.notify_one();
}

}  // namespace segue::control
