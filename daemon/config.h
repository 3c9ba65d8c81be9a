// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "daemon/settings.h"

namespace segue::daemon {

// Puts a TOML file's values over `settings`. Returns what is wrong with it, a line each, "file:line: key: what";
// values that are wrong are not taken. Empty: all is well.
std::vector<std::string> apply_config_file(Settings& settings, const std::string& path);

// Puts one value, given as text by a command line flag, over `settings`. Returns what is wrong, "key: what", or
// nothing.
std::string apply_config_text(Settings& settings, const std::string& key, const std::string& text);

// A TOML file with every key at its value in `settings`, each with its documentation and range.
std::string print_config(const Settings& settings);

}  // namespace segue::daemon
