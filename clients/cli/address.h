// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "clients/cli/failure.h"

namespace segue::cli {

// What this program takes from its surroundings, read once by main.
struct Environment {
  std::string server;       // SEGUE_SERVER
  std::string runtime_dir;  // XDG_RUNTIME_DIR
  unsigned user_id = 0;
  std::string working_dir;
  bool stdout_is_terminal = false;
  bool stderr_is_terminal = false;
  bool has_color = false;  // a terminal that shows colours, and NO_COLOR is not set
  int terminal_columns = 80;
};

// A place where a daemon may listen.
struct Address {
  std::string target;     // as gRPC names it, "unix:/run/segue/segued.sock", "dns:///localhost:7421"
  std::string shown;      // as a person writes it
  bool is_local = false;  // a Unix socket or loopback: what is sent stays on this machine
};

// Reads "unix:PATH", "/PATH" or "HOST:PORT" (port 7421 if it is left out).
Result<Address> parse_address(std::string_view text);

// The daemon to talk to when --server is absent: SEGUE_SERVER; else the user's own socket, if it is there; else the
// service's, if it is there; else the user's own again. The user's own is where segued puts it.
std::string default_server(const Environment& environment, const std::function<bool(const std::string& path)>& exists);

// A path as file:// URI, absolute and percent-encoded; what already is a URI stays as it is.
Result<std::string> track_uri(std::string_view text, const std::string& working_dir);

// A path made absolute, for the daemon; it must be UTF-8, as everything in the schema.
Result<std::string> absolute_path(std::string_view text, const std::string& working_dir);

}  // namespace segue::cli
