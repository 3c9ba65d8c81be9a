// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/net/url.h"

namespace segue::net {

// One request of the chain that redirects make.
struct Hop {
  Url url;
  std::string method;
  bool has_body = false;
  bool may_authorise = true;  // all hops so far had the first one's origin
};

bool is_redirect(int status);

// Where `location`, answered to `from` with this status, leads. POST becomes GET on 301 and 302, everything but HEAD
// on 303; 307 and 308 keep method and body. Fails with PERMISSION_DENIED REDIRECT_REFUSED: not an http or https
// address, from https to http unless the request itself began with http, a body to another origin.
Result<Hop> follow(const Hop& from, int status, const std::string& location, bool began_with_https);

}  // namespace segue::net
