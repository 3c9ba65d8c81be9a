// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

#include "engine/engine.h"

namespace segue::daemon {

// Tells the service manager that the daemon lives, if the engine's control still turns; whether a device takes its
// sound is not for a restart to mend. Returns after how long to call again: watchdog_period(), or sooner while control
// is late, so that one which recovers is not restarted.
std::chrono::microseconds feed_watchdog(const Engine& engine);

}  // namespace segue::daemon
