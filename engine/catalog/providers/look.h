// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <stop_token>

#include "engine/base/result.h"
#include "engine/net/http.h"

namespace segue::catalog {

// Asks, and reads the body only if `wants_body` says so of the head: else the transfer ends there and the body is
// empty. Blocks; never on the client's thread. Fails as HttpClient::fetch does.
Result<net::HttpResponse> look(net::HttpClient& http, net::HttpRequest request,
                               std::function<bool(const net::HttpHead&)> wants_body, const std::stop_token& stop);

}  // namespace segue::catalog
