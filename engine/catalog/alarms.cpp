// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/alarms.h"

#include <algorithm>

#include "engine/base/thread.h"

namespace segue::catalog {
namespace {

// Longest wait at once: waiting for years would overflow the system's clock.
constexpr Nanoseconds kWaitMax = std::chrono::hours(1);

}  // namespace

Alarms::Alarms(const Clock& clock) : clock_(clock), thread_([this] { run(); }) {}

Alarms::~Alarms() { stop(); }

Alarms::Id Alarms::at(Nanoseconds due, Ring ring) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_stopped_) {
      const Id id = ++last_id_;
      by_id_[id] = alarms_.emplace(due, std::pair(id, std::move(ring)));
      changed_.notify_one();
      return id;
    }
  }
  ring(Why::kEnd);
  return 0;
}

void Alarms::cancel(Id id) {
  Ring cancelled;  // goes after the lock
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  cancelled = std::move(found->second->second.second);
  alarms_.erase(found->second);
  by_id_.erase(found);
}

void Alarms::stop() {
  std::multimap<Nanoseconds, std::pair<Id, Ring>> left;
  {
    const std::lock_guard lock(mutex_);
    if (is_stopped_) return;
    is_stopped_ = true;
    left.swap(alarms_);
    by_id_.clear();
    changed_.notify_one();
  }
  thread_.join();
  for (auto& [due, alarm] : left) alarm.second(Why::kEnd);
}

void Alarms::run() {
  set_thread_name("segue-catalog");
  std::unique_lock lock(mutex_);
  while (!is_stopped_) {
    if (alarms_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto next = alarms_.begin();
    const Nanoseconds now = clock_.monotonic();
    if (next->first > now) {
      changed_.wait_for(lock, std::min(next->first - now, kWaitMax));
      continue;
    }
    Ring ring = std::move(next->second.second);
    by_id_.erase(next->second.first);
    alarms_.erase(next);
    lock.unlock();
    ring(Why::kDue);
    ring = nullptr;
    lock.lock();
  }
}

}  // namespace segue::catalog
