// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>

#include "engine/catalog/catalogue.h"

namespace segue::catalog {

// What a provider's calls say of its health. Calls are counted and give cause for a check; a check alone decides, so
// that a call which fails for a reason of its own (one address is down, one file unreadable) is no provider's end.
// One thread at a time.
class HealthBook {
 public:
  const Health& health() const { return health_; }
  // Enters a call; true if the provider should be checked now.
  bool enter_call(const Result<void>& outcome, double took_ms);
  // Enters a check; true if the state has changed. `wall_s`: Unix time.
  bool enter_check(const Result<void>& outcome, std::int64_t wall_s);

 private:
  Health health_;
};

}  // namespace segue::catalog
