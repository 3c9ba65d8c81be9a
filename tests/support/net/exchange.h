// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/net/fault.h"

namespace segue::test {

struct Request {
  std::string method{};
  std::string target{};           // as it came, with the query
  std::string path{};             // percent-decoded, without the query
  std::vector<Header> headers{};  // names in lower case
  std::string body{};
  std::vector<std::pair<std::string, std::string>> query{};  // decoded
  std::vector<std::pair<std::string, std::string>> form{};   // of an application/x-www-form-urlencoded body, decoded
  int connection = 0;                                        // counted from 1

  // First of that (lower-case) name, or empty.
  std::string header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  // First of that name in the query, else in the form; nothing if it is in neither.
  std::optional<std::string> parameter(std::string_view name) const;
};

// What a callback answers; `fault` is applied to it as a script's would be, unless the path has a script.
struct Response {
  int status = 200;
  std::vector<Header> headers{};
  std::string body{};
  std::string mime = "application/json";
  Fault fault{};
  std::string etag{};           // empty: none
  std::string last_modified{};  // empty: none
  bool has_ranges = false;      // the body is a file of which ranges can be had
};

enum class Ending {
  kOpen,        // under way
  kComplete,    // all that was meant to be sent
  kReset,       // RST by a fault, stop() or the end of the server
  kClosed,      // FIN before the body was complete
  kPeerClosed,  // the client went away
};

// One request and what became of it.
struct Exchange {
  Request request;
  int status = 0;               // 0: no head was sent
  std::int64_t first = -1;      // first content byte that was answered, of a 206
  std::int64_t body_bytes = 0;  // handed to the kernel
  Ending ending = Ending::kOpen;
  std::chrono::steady_clock::time_point arrived;     // the request was there
  std::chrono::steady_clock::time_point first_byte;  // of the body; epoch: none
  std::chrono::steady_clock::time_point ended;       // epoch: not yet
};

}  // namespace segue::test
