// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include <pthread.h>
#include <time.h>

#include "engine/rt/realtime.h"

namespace segue::output {

// CPU time of an audio thread, asked for by other threads so that the audio thread makes no system call for it.
class ThreadCpu {
 public:
  // On the thread to be measured. Realtime-safe: it only computes a clock's name.
  SEGUE_RT void follow_calling_thread() {
    clockid_t clock{};
    if (pthread_getcpuclockid(pthread_self(), &clock) == 0) clock_.store(clock);
  }

  // Any thread. Nanoseconds of CPU the followed thread has used, 0 if there is none; once it has ended, the last value
  // seen in `latest`.
  void update(std::atomic<std::uint64_t>& latest) const {
    timespec used{};
    const clockid_t clock = clock_.load();
    if (clock == kNone || clock_gettime(clock, &used) != 0) return;
    const auto now_ns =
        static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(used.tv_nsec);
    if (now_ns > latest.load(std::memory_order_relaxed)) latest.store(now_ns, std::memory_order_relaxed);
  }

 private:
  static constexpr clockid_t kNone = CLOCK_MONOTONIC;  // never what pthread_getcpuclockid gives
  std::atomic<clockid_t> clock_{kNone};
};

}  // namespace segue::output
