// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/validate_fields.h"

#include <cstdio>

namespace segue::control {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

}  // namespace

tl::unexpected<Error> invalid(const char* reason, const std::string& where, const char* field,
                              const std::string& what) {
  return fail(Code::kInvalidArgument, reason, where + field + ": " + what);
}

Result<void> Fields::within(const char* field, double value, double low, double high) const {
  if (value >= low && value <= high) return {};  // false for NaN
  return invalid("FIELD_OUT_OF_RANGE", where, field,
                 number(value) + " is not within " + number(low) + " to " + number(high));
}

Result<void> Fields::known(const char* noun, const char* reason, std::uint32_t value) const {
  if (value == 0) return invalid("FIELD_OUT_OF_RANGE", where, noun, "missing; they count from 1");
  if (value <= static_cast<std::uint32_t>(decks)) return {};
  return fail(
      Code::kNotFound, reason,
      where + noun + ": there is no " + noun + " " + std::to_string(value) + ", only 1 to " + std::to_string(decks));
}

}  // namespace segue::control
