// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/catalog/provider.h"
#include "engine/catalog/providers/opensubsonic/session.h"

namespace segue::catalog::opensubsonic {

// Hands plays over, one call each: of several in a call supysonic takes the first. Plays that were taken are not sent
// again when the same reports come back because a later one failed. Any thread; blocks.
class Plays {
 public:
  explicit Plays(Session& session) : session_(session) {}
  Result<void> report(const std::vector<Report>& reports, const std::stop_token& stop);

 private:
  using Play = std::pair<std::string, std::int64_t>;  // id and start, Unix time in ms
  Outcome<void> send(const Report& report, const std::stop_token& stop);

  Session& session_;
  std::mutex mutex_;  // of what follows
  std::set<Play> taken_;
  std::deque<Play> order_;  // of taken_, oldest first
};

}  // namespace segue::catalog::opensubsonic
