// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

namespace segue::daemon {

// Tells the service manager "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=…", a line each. Does nothing without one.
void notify_service_manager(const std::string& lines);

// How often it wants to hear WATCHDOG=1, halved for safety; zero if it does not.
std::chrono::microseconds watchdog_period();

}  // namespace segue::daemon
