// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/clock.h"
#include "engine/control/inbox.h"

namespace segue::control {

// Remembers accepted requests by (principal, request_id), so that a repetition gets the first answer instead of a
// second effect: the newest kRequestsRememberedMax of the last ten minutes. Control thread.
class RequestMemory {
 public:
  // True if the request was dealt with: answered as its first time, attached to that answer if it is still to come,
  // or refused with INVALID_ARGUMENT REQUEST_ID_REUSED because it says something else. Takes the answer then.
  bool repeats(Request& request, Nanoseconds now);
  // The request, accepted at `now`, will be answered through what this returns, which remembers the answer.
  Engine::Answer remember(const Request& request, Engine::Answer answer, Nanoseconds now);

 private:
  struct Entry {
    std::string key;
    std::size_t content = 0;  // hash of the request
    Nanoseconds accepted_at{0};
    std::optional<Result<v1::ExecuteResponse>> answer;
    std::vector<Engine::Answer> waiting;
  };
  void forget(Nanoseconds now);
  void settle(const std::string& key, const Result<v1::ExecuteResponse>& answer);

  std::list<Entry> entries_;  // oldest first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace segue::control
