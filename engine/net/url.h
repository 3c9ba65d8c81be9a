// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace segue::net {

// An absolute http or https address, taken apart.
struct Url {
  std::string scheme;  // "http" or "https"
  std::string user;    // percent-decoded; empty without user information
  std::string password;
  std::string host;  // lower case; an IPv6 address without brackets
  int port = 0;      // explicit or the scheme's
  std::string path;  // from "/" on, with the query, percent-encoded
  // Scheme, host and port, "https://host:443": what a header that authorises belongs to.
  std::string origin() const;
  // Without user information and with the query's values left out: fit for messages and logs.
  std::string label() const;
  // The whole address, without user information.
  std::string bare() const;
  // The whole address.
  std::string text() const;
};

// Fails with INVALID_ARGUMENT URL_INVALID or URL_UNSUPPORTED (another scheme); messages never show user information.
// Spaces and bytes beyond ASCII in path and query are percent-encoded, as browsers do; a fragment is left out. Hosts
// are ASCII (an international name as xn--…); numbers that mean an IPv4 address are judged when connecting.
Result<Url> parse_url(std::string_view text);
// What names `uri` in messages and logs: the label of an http or https address, anything else as it is.
std::string label_of(std::string_view uri);
// `reference`, absolute or relative, against `base` (RFC 3986 section 5).
Result<std::string> resolve_url(const std::string& base, std::string_view reference);
// Everything but unreserved characters as %XX.
std::string percent_encode(std::string_view text);
// Nothing if an escape is broken or stands for NUL.
std::optional<std::string> percent_decode(std::string_view text);
// "a=1&b=x%20y".
std::string form_encode(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace segue::net
