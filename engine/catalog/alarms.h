// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "engine/base/clock.h"

namespace segue::catalog {

// Rings at points of time, on one thread of its own ("segue-catalog"). Every alarm rings exactly once, at its time or
// at the end, unless it is cancelled. What rings must not block. Looks at the clock anew with each alarm that is set,
// so that a virtual clock works. Thread-safe.
class Alarms {
 public:
  enum class Why { kDue, kEnd };
  using Ring = std::function<void(Why)>;
  using Id = std::uint64_t;

  // `clock` is not looked at after stop.
  explicit Alarms(const Clock& clock);
  ~Alarms();
  Alarms(const Alarms&) = delete;
  Alarms& operator=(const Alarms&) = delete;

  // After stop it rings at once, on the caller's thread.
  Id at(Nanoseconds due, Ring ring);
  // As soon as may be.
  void soon(Ring ring) { at(Nanoseconds::min(), std::move(ring)); }
  // It will not begin to ring any more; one that rings may go on.
  void cancel(Id id);
  // Rings all that are left, on the caller's thread, and ends the thread. Not from an alarm.
  void stop();

 private:
  void run();

  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Nanoseconds, std::pair<Id, Ring>> alarms_;  // guarded by mutex_, as are the three below
  std::map<Id, std::multimap<Nanoseconds, std::pair<Id, Ring>>::iterator> by_id_;
  Id last_id_ = 0;
  bool is_stopped_ = false;
  std::thread thread_;
};

}  // namespace segue::catalog
