// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/media_ref.h"

namespace segue::catalog {

// An address somebody typed or a playlist names, with what is secret apart.
struct WebAddress {
  std::string url;    // without user information and fragment
  std::string label;  // for messages: without the query's values too
  std::string host;
  std::vector<model::HttpHeader> headers;  // from user information; often none
  std::string digest;                      // of `url`: stands for it in keys without telling it

  // "track.mp3" of "http://host/a/track.mp3?x": what the address calls the thing.
  std::string file_name() const;
};

// Fails with INVALID_ARGUMENT as parse_url does; the message holds no secret.
Result<WebAddress> read_web_address(const std::string& text);
// Same key, same address: PROVIDER/HOST/DIGEST.
std::string web_cache_key(const std::string& provider, const WebAddress& address);
// Whether a host is of the house rather than of the internet, by its name alone: loopback, private addresses, names
// without a dot or below .local, .lan, .home.arpa or .internal.
bool is_house_host(const std::string& host);

}  // namespace segue::catalog
