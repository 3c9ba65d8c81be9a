// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/turns.h"

namespace segue::catalog {

void Turns::post(std::function<void()> turn) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(std::move(turn));
  if (is_running_) return;
  is_running_ = true;
  while (!waiting_.empty()) {
    std::function<void()> next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    next();
    next = nullptr;
    lock.lock();
  }
  is_running_ = false;
}

}  // namespace segue::catalog
