// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/net/http.h"
#include "engine/net/redirect.h"

namespace segue::net {

// Whether method, headers and range of a request can be sent as they are: no line breaks in a header, none of those
// that the client itself rules (Host, Content-Length, Range …). Fails with INVALID_ARGUMENT REQUEST_INVALID; values
// are not in the message.
Result<void> check_request(const HttpRequest& request);

// The header lines of one hop. Away from the first origin only those go along that are known to authorise nothing;
// an address's own user information becomes Authorization, for its origin.
std::vector<std::string> header_lines(const HttpRequest& request, const Hop& hop);

}  // namespace segue::net
