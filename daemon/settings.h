// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/model/config.h"

namespace segue::daemon {

// Everything an operator may choose: what the engine does and where the daemon is reached. Every member is a row of
// the table in config_keys.cpp, which makes it valid.
struct Settings {
  model::Config engine;

  struct Daemon {
    std::string socket;              // path of the Unix socket gRPC is served on
    std::string grpc;                // loopback "HOST:PORT", or "off"
    std::string http = "off";        // loopback "HOST:PORT", or "off"
    std::string log_level = "info";  // as log::set_level takes
  } daemon;
};

// Defaults for this process: under systemd the directories it hands over, else the user's XDG directories. Without
// XDG_RUNTIME_DIR the socket is in /run/segue (root) or /tmp/segue-UID.
Settings default_settings();

// Where segued.toml is looked for when --config does not say.
std::string default_config_path();

}  // namespace segue::daemon
