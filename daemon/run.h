// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/settings.h"

namespace segue::daemon {

// The daemon's life: sockets, engine, gRPC, ready, wait for the wish to end, and all of it back. Returns the exit code.
// On the main thread, before any other exists.
int run(const Settings& settings);

}  // namespace segue::daemon
