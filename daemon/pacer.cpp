// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/pacer.h"

#include <algorithm>
#include <vector>

#include "engine/base/thread.h"

namespace segue::daemon {

Pacer::Pacer() : thread_([this] { run(); }) {}

Pacer::~Pacer() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

Pacer::Id Pacer::add(std::shared_ptr<Paced> paced) {
  const std::lock_guard lock(mutex_);
  entries_.emplace(++last_id_, Entry{std::move(paced), TimePoint::min()});
  changed_.notify_one();
  return last_id_;
}

void Pacer::wake(Id id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  found->second.due = TimePoint::min();
  changed_.notify_one();
}

void Pacer::remove(Id id) {
  std::shared_ptr<Paced> last_reference;  // goes after the lock
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  last_reference = std::move(found->second.paced);
  entries_.erase(found);
}

void Pacer::stop_all() {
  std::vector<std::shared_ptr<Paced>> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_) all.push_back(entry.paced);
  }
  for (const auto& paced : all) paced->stop();
}

void Pacer::run() {
  set_thread_name("segue-pacer");
  const auto by_due = [](const auto& a, const auto& b) { return a.second.due < b.second.due; };
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    const auto next = std::min_element(entries_.begin(), entries_.end(), by_due);
    if (next == entries_.end()) {
      changed_.wait(lock);
      continue;
    }
    const TimePoint now = std::chrono::steady_clock::now();
    if (next->second.due > now) {
      changed_.wait_until(lock, TimePoint(next->second.due));
      continue;
    }
    const Id id = next->first;
    std::shared_ptr<Paced> paced = next->second.paced;
    // A wake during the turn sets `due` back and must not be lost.
    next->second.due = TimePoint::max();
    lock.unlock();
    const TimePoint due = paced->turn(now);
    paced.reset();
    lock.lock();
    if (const auto again = entries_.find(id); again != entries_.end()) {
      again->second.due = std::min(again->second.due, due);
    }
  }
}

}  // namespace segue::daemon
