// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "clients/cli/grammar.h"
#include "segue/v1/state.pb.h"

namespace segue::cli {

// "deck 1  fetching  ████░░░░  42%": what a load waits for.
std::string load_line(const v1::Deck& deck);

// While it exists, a terminal's standard error shows how a load gets on, from half a second on; elsewhere nothing. Asks
// the daemon over a connection and on a thread of its own. The call outlives it.
class LoadProgress {
 public:
  LoadProgress(const Call& call, std::uint32_t deck);
  LoadProgress(const LoadProgress&) = delete;
  LoadProgress& operator=(const LoadProgress&) = delete;

 private:
  void follow(const std::stop_token& stop, std::uint32_t deck);

  const Call& call_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // stopped and joined first
};

}  // namespace segue::cli
