// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"

namespace segue::control {

// Time that passes only when its owner says so. One thread.
class VirtualClock final : public Clock {
 public:
  Nanoseconds monotonic() const override { return now_; }
  Nanoseconds wall() const override { return now_; }
  void set(Nanoseconds now) { now_ = now; }

 private:
  Nanoseconds now_{0};
};

}  // namespace segue::control
