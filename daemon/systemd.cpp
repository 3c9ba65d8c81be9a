// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/systemd.h"

#include <systemd/sd-daemon.h>

namespace segue::daemon {

void notify_service_manager(const std::string& lines) { sd_notify(0, lines.c_str()); }

std::chrono::microseconds watchdog_period() {
  std::uint64_t period_us = 0;
  if (sd_watchdog_enabled(0, &period_us) <= 0) return std::chrono::microseconds(0);
  return std::chrono::microseconds(period_us / 2);
}

}  // namespace segue::daemon
