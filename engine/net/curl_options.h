// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <curl/curl.h>

#include "engine/net/http.h"
#include "engine/net/redirect.h"

namespace segue::net {

// Initialises libcurl, once per process.
void init_curl();
// Sets on `easy`, new or reset, everything that does not depend on who listens: protocols, TLS, no proxies, no stored
// state, limits, the hop's method and address. `request` outlives the run.
void set_options(CURL* easy, const HttpClient::Options& options, const HttpRequest& request, const Hop& hop);
// The failure as clients see it; the message is without a label.
Error error_of(CURL* easy, CURLcode code, const char* curl_message);

}  // namespace segue::net
