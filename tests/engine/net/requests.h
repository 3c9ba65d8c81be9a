// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include <netinet/in.h>

#include "engine/net/http.h"
#include "tests/support/net/fault_server.h"

namespace segue::test {

// Bytes of which no two parts look alike.
inline std::string pattern(std::size_t count) {
  std::string bytes(count, 0);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>((i * 2654435761U) >> 13);
  return bytes;
}

// An operator's GET.
inline net::HttpRequest get(const std::string& url) {
  return {.url = url, .label = "the test", .may_be_private = true};
}

// A catalogue's GET: public addresses only.
inline net::HttpRequest get_public(const std::string& url) { return {.url = url, .label = "the test"}; }

inline std::string reason_of(const Result<net::HttpResponse>& answer) { return answer ? "" : answer.error().reason; }

// A client for which this server alone has a public address.
inline std::unique_ptr<net::HttpClient> client_with_public(const FaultServer& server) {
  net::HttpClient::Options options;
  options.is_public = [port = server.port()](const sockaddr& address) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port) == port;
  };
  return net::HttpClient::create(options);
}

}  // namespace segue::test
