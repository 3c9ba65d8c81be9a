// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <thread>

namespace segue::test {

// Waits for what other threads or processes are to bring about; the limit is for a hung test, not a judgement of pace.
template <typename Predicate>
bool eventually(Predicate holds, std::chrono::seconds limit = std::chrono::seconds(30)) {
  const auto give_up_at = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > give_up_at) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace segue::test
