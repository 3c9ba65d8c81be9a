// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/net/http.h"
#include "engine/stream/fetch/validator.h"

namespace segue::stream {

// What was asked for, and what is known of the content.
struct Asked {
  std::int64_t from = 0;
  bool with_range = true;
  Identity known;     // of the bytes that are there; nothing in it if there are none
  std::string label;  // for messages
};

// What the head of an answer means.
struct Answer {
  enum class Kind {
    kBytes,     // the content's, from `first` on
    kDocument,  // a text that says why not: read it
    kFault,     // of the moment: try again
    kExpired,   // the address is no longer good: resolve it again
    kFinal,     // trying again would change nothing
    kChanged,   // another version than that of the bytes that are there
  };
  Kind kind = Kind::kFault;
  std::int64_t first = 0;
  std::int64_t end = -1;  // past the last byte of this answer; −1: not known
  Identity identity;
  std::optional<bool> serves_ranges;  // what the answer says of that
  bool has_wrong_range = false;       // kFault: the server got the range wrong
  std::string mime;
  Error error;
  std::optional<std::chrono::seconds> retry_after;
};

// Pure. `wall` is the time of day, for dates in fields.
Answer judge(const net::HttpHead& head, const Asked& asked, Nanoseconds wall);

}  // namespace segue::stream
