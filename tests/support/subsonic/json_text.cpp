// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/subsonic/json_text.h"

#include <cstdio>

namespace segue::test {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      result += escape;
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string attribute(const Json& value) {
  if (!value.is_string()) return value.dump();
  std::string result;
  for (const char c : value.get_ref<const std::string&>()) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '"': result += "&quot;"; break;
      default: result += c;
    }
  }
  return result;
}

}  // namespace

std::string json_text(const Json& value) {
  if (value.is_string()) return quoted(value.get_ref<const std::string&>());
  if (!value.is_structured()) return value.dump();
  std::string result;
  for (const auto& [key, item] : value.items()) {
    if (!result.empty()) result += ',';
    if (value.is_object()) result += quoted(key) + ':';
    result += json_text(item);
  }
  return value.is_object() ? "{" + result + "}" : "[" + result + "]";
}

std::string xml_text(const std::string& name, const Json& value) {
  if (value.is_array()) {
    std::string result;
    for (const Json& item : value) result += xml_text(name, item);
    return result;
  }
  if (!value.is_object()) return "<" + name + ">" + attribute(value) + "</" + name + ">";
  std::string attributes;
  std::string children;
  for (const auto& [key, item] : value.items()) {
    if (item.is_structured()) {
      children += xml_text(key, item);
    } else {
      attributes += " " + key + "=\"" + attribute(item) + "\"";
    }
  }
  return "<" + name + attributes + ">" + children + "</" + name + ">";
}

}  // namespace segue::test
