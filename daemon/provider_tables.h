// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "engine/model/provider_config.h"

namespace segue::daemon {

using ProviderValue = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

// One key of a [[provider]]: all that parsing and documenting need to know of it.
struct ProviderKey {
  std::string name;
  std::string doc;    // what it is, sentences for an operator
  std::string range;  // what it may be, with its unit
  // What is wrong with the value, which then is not taken; empty if nothing is.
  std::function<std::string(model::ProviderConfig&, const ProviderValue&)> set;
};
const std::vector<ProviderKey>& provider_keys();

// What is wrong with a provider as a whole (name of the key, what), beside those before it in the file; its name empty:
// all is well.
struct ProviderFault {
  std::string key;
  std::string what;
};
std::vector<ProviderFault> check_provider(const model::ProviderConfig& provider,
                                          const std::vector<model::ProviderConfig>& before);

// An example in comments of a TOML file, then the providers there are, without their passwords.
std::string print_providers(const std::vector<model::ProviderConfig>& providers);

}  // namespace segue::daemon
