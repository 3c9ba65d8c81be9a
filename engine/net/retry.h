// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/clock.h"

namespace segue::net {

// Full jitter back-off: the n-th wait is uniform in [0, min(longest, first × 2ⁿ)] (AWS Architecture Blog, "Exponential
// Backoff And Jitter"). A Retry-After of the server is obeyed before and instead of that, at most retry_after_max.
// Deterministic for a seed. One thread.
class Retry {
 public:
  struct Options {
    std::chrono::milliseconds first{250};
    std::chrono::milliseconds longest{30'000};
    std::chrono::seconds retry_after_max{3'600};
  };
  Retry(const Options& options, std::uint64_t seed);
  // How long to wait before the next attempt; counts the attempt.
  std::chrono::milliseconds next(std::optional<std::chrono::seconds> retry_after = std::nullopt);
  // Bytes came: the next failure is the first again.
  void succeeded() { attempts_ = 0; }
  int attempts() const { return attempts_; }

 private:
  Options options_;
  std::uint64_t random_;
  int attempts_ = 0;
};

// Value of a Retry-After field, in seconds or as an HTTP date (RFC 9110 section 10.2.3), against `wall`.
std::optional<std::chrono::seconds> parse_retry_after(const std::string& value, Nanoseconds wall);

}  // namespace segue::net
