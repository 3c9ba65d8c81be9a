// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "engine/stream/fetch/fetcher.h"
#include "engine/stream/fetch/workers.h"

namespace segue::stream {

using SteadyTime = std::chrono::steady_clock::time_point;

// What all fetches count together. Thread-safe.
class Tally {
 public:
  void add(std::uint64_t FetchCounters::*counter, std::uint64_t count = 1) {
    const std::lock_guard lock(mutex_);
    counters_.*counter += count;
  }
  void add_fault(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    ++counters_.faults[reason];
  }
  FetchCounters counters() const {
    const std::lock_guard lock(mutex_);
    return counters_;
  }

 private:
  mutable std::mutex mutex_;
  FetchCounters counters_;
};

// When a server that said Retry-After may be asked again. The steering thread's.
class HostGates {
 public:
  void close(const std::string& origin, SteadyTime until) {
    SteadyTime& gate = until_[origin];
    gate = std::max(gate, until);
  }
  // In the past if it may be asked now.
  SteadyTime opens_at(const std::string& origin, SteadyTime now) {
    std::erase_if(until_, [now](const auto& gate) { return gate.second <= now; });
    const auto found = until_.find(origin);
    return found == until_.end() ? now : found->second;
  }

 private:
  std::map<std::string, SteadyTime> until_;
};

// Which versions in the cache are known to be out of date, and which were checked lately. Thread-safe.
class KnownVersions {
 public:
  void mark_stale(const ContentId& id) {
    const std::lock_guard lock(mutex_);
    if (stale_.size() >= kMax) stale_.clear();
    stale_.insert(id.provider + '\n' + id.key + '\n' + id.validator);
  }
  bool is_stale(const ContentId& id) const {
    const std::lock_guard lock(mutex_);
    return stale_.contains(id.provider + '\n' + id.key + '\n' + id.validator);
  }
  // True, and counted as checked from now on, unless that was less than `again_after` ago.
  bool take_check(const std::string& key, SteadyTime now, std::chrono::seconds again_after) {
    const std::lock_guard lock(mutex_);
    if (checked_.size() >= kMax) checked_.clear();
    const auto [found, is_first] = checked_.try_emplace(key, now);
    if (!is_first && now - found->second < again_after) return false;
    found->second = now;
    return true;
  }
  // The server has just answered for it.
  void note_check(const std::string& key, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (checked_.size() >= kMax) checked_.clear();
    checked_[key] = now;
  }
  // It came to nothing.
  void give_back_check(const std::string& key) {
    const std::lock_guard lock(mutex_);
    checked_.erase(key);
  }

 private:
  static constexpr std::size_t kMax = 10'000;  // forgetting them costs a request each
  mutable std::mutex mutex_;
  std::set<std::string> stale_;
  std::map<std::string, SteadyTime> checked_;
};

// What a fetch works with. The fetcher's; nobody touches it once the fetch is closed.
struct FetchServices {
  Fetcher::Options options;
  const Clock& clock;
  std::function<void()> wake;  // the steering thread looks at all fetches soon
  Workers& workers;            // for what waits for the disk
  Workers& resolvers;          // for what waits for a catalogue
  Tally tally;
  HostGates gates;
  KnownVersions versions;
};

}  // namespace segue::stream
