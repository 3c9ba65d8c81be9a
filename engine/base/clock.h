// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace segue {

using Nanoseconds = std::chrono::nanoseconds;

// Time as the engine sees it; tests and offline rendering put a virtual one in its place. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Never goes back; the zero is arbitrary.
  virtual Nanoseconds monotonic() const = 0;
  // Since 1970-01-01T00:00:00Z.
  virtual Nanoseconds wall() const = 0;
};

// CLOCK_MONOTONIC and CLOCK_REALTIME. Realtime-safe (vDSO).
class SystemClock final : public Clock {
 public:
  Nanoseconds monotonic() const override {
    return std::chrono::duration_cast<Nanoseconds>(std::chrono::steady_clock::now().time_since_epoch());
  }
  Nanoseconds wall() const override {
    return std::chrono::duration_cast<Nanoseconds>(std::chrono::system_clock::now().time_since_epoch());
  }
};

}  // namespace segue
