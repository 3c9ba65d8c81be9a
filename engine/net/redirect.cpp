// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/redirect.h"

namespace segue::net {
namespace {

tl::unexpected<Error> refuse(const std::string& why) {
  return fail(Code::kPermissionDenied, "REDIRECT_REFUSED", "the server redirects " + why);
}

}  // namespace

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<Hop> follow(const Hop& from, int status, const std::string& location, bool began_with_https) {
  const auto target = resolve_url(from.url.bare(), location);
  if (!target) return refuse("to something that is not followed: " + target.error().message);
  auto url = parse_url(*target);
  if (!url) return refuse("to something that is not followed: " + url.error().message);
  if (from.url.scheme == "https" && url->scheme == "http" && began_with_https) {
    return refuse("from https to http; use an address that stays encrypted");
  }
  const bool is_same_origin = url->origin() == from.url.origin();
  url->user = is_same_origin ? from.url.user : "";  // a server does not choose whom we log in as
  url->password = is_same_origin ? from.url.password : "";
  Hop to{std::move(*url), from.method, from.has_body, from.may_authorise};
  to.may_authorise = from.may_authorise && is_same_origin;
  const bool becomes_get =
      status == 303 ? from.method != "HEAD" : (status == 301 || status == 302) && from.method == "POST";
  if (becomes_get) {
    to.method = "GET";
    to.has_body = false;
  }
  if (to.has_body && !is_same_origin) return refuse("a request with a body to another server, " + to.url.label());
  return to;
}

}  // namespace segue::net
