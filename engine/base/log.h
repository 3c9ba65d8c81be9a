// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace segue::log {

// A field of a log line. Values are printed on one line, quoted if they hold a space, a quote or =; quotes,
// backslashes and control characters are escaped.
struct Field {
  std::string_view name;
  std::string value;
  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(v) {}
  Field(std::string_view n, const std::string& v) : name(n), value(v) {}
  template <typename Number>
  requires std::is_arithmetic_v<Number> Field(std::string_view n, Number v) : name(n), value(std::to_string(v)) {}
};

// One line to stderr, "info load_done deck=2 path=…": an event and its fields, never a secret. Not for the audio
// thread. error: someone must act; warning: less than was asked for; info: what a DJ would notice.
void error(std::string_view event, std::initializer_list<Field> fields = {});
void warning(std::string_view event, std::initializer_list<Field> fields = {});
void info(std::string_view event, std::initializer_list<Field> fields = {});

// Lines below this level are not written: "error", "warning", "info" (default) or "off". False if unknown.
bool set_level(std::string_view level);

}  // namespace segue::log
