// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/net/exchange.h"

namespace segue::test {

std::string lower(std::string_view text);
// %XX as bytes, broken escapes as they are.
std::string unescape(std::string_view text, bool plus_is_space);
// "a=1&b=2", decoded.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);
// The head up to and without the empty line; nothing if it is no HTTP request.
std::optional<Request> parse_head(std::string_view head);

// What a Range field asks of `size` bytes.
struct Range {
  enum class Kind { kNone, kOne, kUnsatisfiable };
  Kind kind = Kind::kNone;
  std::int64_t first = 0;
  std::int64_t count = 0;
};
// Several ranges in one field count as unsatisfiable; a field that is none (RFC 9110 section 14.2) as none.
Range parse_range(std::string_view field, std::int64_t size);

const char* reason_phrase(int status);

}  // namespace segue::test
