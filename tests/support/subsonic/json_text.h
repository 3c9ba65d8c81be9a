// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace segue::test {

using Json = nlohmann::ordered_json;

// As text. Unlike nlohmann's own writer it leaves strings as they are, broken UTF-8 too.
std::string json_text(const Json& value);
// The same as the protocol's XML: scalars are attributes, objects and lists are elements.
std::string xml_text(const std::string& name, const Json& value);

}  // namespace segue::test
