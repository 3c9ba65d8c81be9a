// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/endpoint.h"

#include <charconv>

namespace segue::daemon {

std::string Endpoint::text() const { return (is_v6 ? "[::1]:" : "127.0.0.1:") + std::to_string(port); }

Result<Endpoint> parse_loopback(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) {
    return fail(Code::kInvalidArgument, "ADDRESS_INVALID", "\"" + text + "\" is neither HOST:PORT nor off");
  }
  const std::string host = text.substr(0, colon);
  if (host != "127.0.0.1" && host != "[::1]") {
    return fail(Code::kInvalidArgument, "ADDRESS_INVALID",
                "\"" + host + "\" is not served: without certificates only 127.0.0.1 and [::1] are");
  }
  const char* const first = text.data() + colon + 1;
  const char* const last = text.data() + text.size();
  Endpoint endpoint{.is_v6 = host == "[::1]"};
  const auto [end, error] = std::from_chars(first, last, endpoint.port);
  if (error != std::errc() || end != last) {
    return fail(Code::kInvalidArgument, "ADDRESS_INVALID",
                "\"" + std::string(first, last) + "\" is not a port, 0 to 65535");
  }
  return endpoint;
}

}  // namespace segue::daemon
