// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/clock.h"
#include "engine/net/http.h"

namespace segue::stream {

// What says of two answers whether they are parts of the same bytes. Plain values.
struct Identity {
  std::string etag;                 // as it came, weak ones with W/; empty: none
  std::string last_modified;        // as it came; empty: none
  bool is_modified_strong = false;  // last_modified is a second or more before the answer (RFC 9110 section 8.8.2.2)
  std::int64_t size = -1;           // of the whole; −1: not known

  bool has_strong_etag() const { return !etag.empty() && etag.front() == '"'; }
  // Value for If-Range: the strong ETag, else the date if it is strong; else empty.
  std::string if_range() const;
  // For ContentId; empty if nothing strong names these bytes, so that no disk keeps them.
  std::string validator() const;
};

// Of an answer's head; `size` is what the head says of the whole content.
Identity identity_of(const net::HttpHead& head, std::int64_t size, Nanoseconds wall);
// The inverse of validator().
Identity identity_of_validator(const std::string& validator, std::int64_t size);
// Something says that these are two versions. What only one of them knows says nothing.
bool are_different(const Identity& a, const Identity& b);
// "Fri, 20 Nov 2026 12:00:00 GMT" in Unix seconds; nothing if it is not of this form.
std::optional<std::int64_t> parse_http_date(const std::string& text);

}  // namespace segue::stream
