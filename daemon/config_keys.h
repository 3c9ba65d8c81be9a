// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/settings.h"

namespace segue::daemon {

using ConfigValue = std::variant<bool, std::int64_t, double, std::string>;

// One key of segued.toml: all that parsing, printing and checking need to know of it.
struct ConfigKey {
  std::string name;   // "section.key"
  std::string doc;    // what it is, sentences for an operator
  std::string range;  // what it may be, with its unit
  std::function<ConfigValue(const Settings&)> get;
  // What is wrong with the value, which then is not taken; empty if nothing is.
  std::function<std::string(Settings&, const ConfigValue&)> set;
};

// Every key, by section. To add one: a member in Settings and a row here.
const std::vector<ConfigKey>& config_keys();

}  // namespace segue::daemon
