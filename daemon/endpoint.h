// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"

namespace segue::daemon {

// A loopback address to listen on.
struct Endpoint {
  bool is_v6 = false;
  std::uint16_t port = 0;  // 0: the system chooses

  // "127.0.0.1:7421" or "[::1]:7421".
  std::string text() const;
};

// Only 127.0.0.1:PORT and [::1]:PORT: without certificates nothing else may be served. Fails with INVALID_ARGUMENT
// ADDRESS_INVALID.
Result<Endpoint> parse_loopback(const std::string& text);

}  // namespace segue::daemon
