// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/base/clock.h"

namespace segue::net {

// Keeps a rate by telling when it is overdrawn: what has come is taken, even below zero, and the debt is waited off,
// so that the mean is exact however large the pieces are. One thread.
class TokenBucket {
 public:
  // 0: no bound.
  void set_rate(std::int64_t per_s, Nanoseconds now) {
    refill(now);
    per_s_ = std::clamp<std::int64_t>(per_s, 0, kPerSecondMax);
    tokens_ = std::min(tokens_, burst());
  }
  void take(std::int64_t count) {
    if (per_s_ > 0) tokens_ -= static_cast<double>(count);
  }
  void refill(Nanoseconds now) {
    const double seconds = std::chrono::duration<double>(now - refilled_at_).count();
    refilled_at_ = now;
    tokens_ = std::min(tokens_ + seconds * static_cast<double>(per_s_), burst());
  }
  bool has_rate() const { return per_s_ > 0; }
  bool is_dry() const { return per_s_ > 0 && tokens_ < 0; }
  // Until it is not dry any more.
  Nanoseconds wait() const {
    if (!is_dry()) return Nanoseconds(0);
    return Nanoseconds(static_cast<std::int64_t>(-tokens_ / static_cast<double>(per_s_) * 1e9) + 1);
  }

 private:
  static constexpr std::int64_t kPerSecondMax = std::int64_t{1} << 40;  // 1 TB/s: far from overflow
  double burst() const { return static_cast<double>(per_s_) * 0.1; }    // 100 ms: no second notices it

  std::int64_t per_s_ = 0;
  double tokens_ = 0;
  Nanoseconds refilled_at_{0};
};

}  // namespace segue::net
