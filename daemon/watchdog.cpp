// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/watchdog.h"

#include <algorithm>

#include "daemon/systemd.h"

namespace segue::daemon {
namespace {

constexpr std::chrono::microseconds kLookAgain = std::chrono::milliseconds(100);

}  // namespace

std::chrono::microseconds feed_watchdog(const Engine& engine) {
  const auto period = watchdog_period();
  if (!engine.is_alive()) return std::min(period, kLookAgain);
  notify_service_manager("WATCHDOG=1");
  return period;
}

}  // namespace segue::daemon
