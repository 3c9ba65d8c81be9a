// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/curl_options.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <system_error>

#include "engine/base/text.h"

namespace segue::net {
namespace {

constexpr long kBufferBytes = 128 << 10;           // a read takes what 10 ms at 100 Mbit/s bring
constexpr long kBackgroundBufferBytes = 32 << 10;  // small pieces, so that a low rate cap is shared evenly
constexpr long kIdleS = 30;                        // a connection unused for longer may be dead without a sign
constexpr long kConnectionAgeS = 600;              // names move
constexpr long kDnsCacheS = 60;                    // libcurl's own default
constexpr long kKeepaliveIdleS = 15;               // below what home routers forget after
constexpr long kKeepaliveIntervalS = 5;

void set_connection_options(CURL* easy, const HttpClient::Options& options) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // else a name server that hangs holds whoever cancels
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, kDnsCacheS);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, kIdleS);
  curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, kConnectionAgeS);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, kKeepaliveIdleS);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, kKeepaliveIntervalS);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
}

void set_protocol_options(CURL* easy, const HttpClient::Options& options) {
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, nullptr);
  curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_TRANSFER_DECODING, 1L);
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  // Radio servers of the Shoutcast kind answer so; the list lives as long as the process, as curl wants.
  static curl_slist* const kIcy = curl_slist_append(nullptr, "ICY 200 OK");
  curl_easy_setopt(easy, CURLOPT_HTTP200ALIASES, kIcy);
}

std::string text_of(int os_error) { return std::error_code(os_error, std::generic_category()).message(); }

tl::unexpected<Error> unavailable(const char* reason, std::string message) {
  return fail(Code::kUnavailable, reason, std::move(message));
}

tl::unexpected<Error> not_connected(CURL* easy) {
  long os_error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
  if (os_error == ETIMEDOUT)
    return unavailable("NET_TIMEOUT", "nobody answered the connection; check host and network");
  if (os_error == 0 || os_error == ECONNREFUSED) {
    return unavailable("CONNECTION_REFUSED", "connection refused; check that the server runs and the port is right");
  }
  return unavailable("NET_FAILED", "cannot connect: " + text_of(static_cast<int>(os_error)));
}

}  // namespace

void init_curl() {
  static std::once_flag once;
  std::call_once(once, [] {
    // libcurl reads it when it is initialised and would write the keys of all connections there.
    unsetenv("SSLKEYLOGFILE");
    curl_global_init(CURL_GLOBAL_DEFAULT);
  });
}

void set_options(CURL* easy, const HttpClient::Options& options, const HttpRequest& request, const Hop& hop) {
  set_connection_options(easy, options);
  set_protocol_options(easy, options);
  const bool is_background = request.urgency == HttpUrgency::kBackground;
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, is_background ? kBackgroundBufferBytes : kBufferBytes);
  // curl divides it among the addresses of a host; the deadline as such is ours.
  const auto connect_ms = std::max<std::int64_t>(request.limits.connect_max.count(), 1);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_ms));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 0L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 0L);  // it counts paused time, ours does not
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 0L);

  curl_easy_setopt(easy, CURLOPT_URL, hop.url.bare().c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  if (hop.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (hop.has_body) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, hop.method.c_str());
  } else {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, hop.method.c_str());
  }
}

Error error_of(CURL* easy, CURLcode code, const char* curl_message) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return unavailable("DNS_FAILED", "the host's name is not known; check it, and the network's name server").value();
    case CURLE_COULDNT_CONNECT: return not_connected(easy).value();
    case CURLE_OPERATION_TIMEDOUT:
      return unavailable("NET_TIMEOUT", "no connection in time; check host and network").value();
    case CURLE_PARTIAL_FILE:
      return unavailable("BODY_TRUNCATED", "the server ended the answer before its end; try again").value();
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return unavailable("CONNECTION_RESET", "the server closed the connection; try again").value();
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return unavailable("TLS_FAILED", "no secure connection: " + printable(curl_message, 200)).value();
    case CURLE_URL_MALFORMAT: return fail(Code::kInvalidArgument, "URL_INVALID", "the address is not valid").value();
    case CURLE_UNSUPPORTED_PROTOCOL: return unavailable("NET_FAILED", "the answer is not HTTP; check the port").value();
    default: return unavailable("NET_FAILED", std::string("the transfer failed: ") + curl_easy_strerror(code)).value();
  }
}

}  // namespace segue::net
