// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/media_ref.h"

struct sockaddr;

namespace segue::net {

using model::HttpHeader;

// What a request may cost. None of libcurl's defaults is relied on.
struct HttpLimits {
  std::chrono::milliseconds connect_max{3'000};     // name resolution, TCP and TLS
  std::chrono::milliseconds first_byte_max{8'000};  // from sending the request to the answer's head
  std::chrono::milliseconds stall_max{5'000};       // too slow for so long ends the transfer (NET_STALLED)
  std::int64_t stall_bytes_per_s = 1'024;           // less is too slow: of no use to anybody; 0: only silence is
  std::chrono::milliseconds total_max{0};           // 0: no bound, for bodies that are long by nature
  std::int64_t body_bytes_max = 8 << 20;            // more fails with RESPONSE_TOO_LARGE
  int redirects_max = 5;
};

// How urgent a transfer is: background ones share the rate cap and wait while a load is under way.
enum class HttpUrgency { kNow, kBackground };

struct HttpRequest {
  std::string method = "GET";
  std::string url{};    // http or https
  std::string label{};  // stands for the url in messages: no secrets; empty: scheme, host and path of `url`
  std::vector<HttpHeader> headers{};
  std::string body{};                  // with POST
  std::optional<std::int64_t> from{};  // Range: bytes=from-to
  std::optional<std::int64_t> to{};    // inclusive; without: to the end
  bool may_be_private = false;  // the address was given by the operator; else only public addresses are connected to
  HttpUrgency urgency = HttpUrgency::kNow;
  HttpLimits limits{};
};

// The answer's head, of the last hop. Header names are lower case; a field that came twice is there twice.
struct HttpHead {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string final_url;  // where redirects led; may hold secrets
  // Value of the first field of this (lower-case) name, or empty.
  const std::string& header(const std::string& name) const;
};

// What a transfer tells, in order and on the client's thread: head once, body pieces, end once. Must not block.
class HttpReader {
 public:
  virtual ~HttpReader() = default;
  // Any status. False ends the transfer; on_end then gets CANCELLED.
  virtual bool on_head(const HttpHead& head) = 0;
  // Body as it is on the wire: no content coding is ever asked for. False as above.
  virtual bool on_body(std::span<const std::byte> bytes) = 0;
  // Nothing comes after it. Failures: UNAVAILABLE with DNS_FAILED, CONNECTION_REFUSED, CONNECTION_RESET, NET_TIMEOUT,
  // NET_STALLED, BODY_TRUNCATED (fewer bytes than the head said), TLS_FAILED, or NET_FAILED; PERMISSION_DENIED with
  // REDIRECT_REFUSED or ADDRESS_REFUSED; RESOURCE_EXHAUSTED RESPONSE_TOO_LARGE; INVALID_ARGUMENT URL_INVALID;
  // INVALID_ARGUMENT REQUEST_INVALID (method, header or range); RESOURCE_EXHAUSTED TOO_MANY_TRANSFERS;
  // CANCELLED TRANSFER_CANCELLED. Messages start with the label.
  virtual void on_end(Result<void> outcome) = 0;
};

struct HttpResponse {
  HttpHead head;
  std::string body;
};

// HTTP and HTTPS by libcurl, all transfers on one thread ("segue-http"), connections kept alive and shared. Follows
// redirects itself: http and https only, at most redirects_max, never from a public to a private address, headers
// that authorise never to another origin. Proxy variables, .netrc and cookies are ignored. Every method is
// thread-safe and returns at once, except fetch and the destructor, which ends all transfers.
class HttpClient {
 public:
  struct Options {
    std::string user_agent = "segue";
    std::int64_t background_bytes_per_s = 0;  // cap over all background transfers; 0: none
    std::string ca_file{};                    // PEM instead of the system's authorities; for tests
    int connections_max = 32;                 // in all, at least 2; a third of them is kept free of background ones
    int connections_per_host_max = 6;         // likewise
    std::function<bool(const sockaddr&)> is_public{};  // judges addresses instead of net::is_public; for tests
  };
  static std::unique_ptr<HttpClient> create(const Options& options);
  virtual ~HttpClient() = default;

  using Id = std::uint64_t;
  // Starts a transfer. `reader` is kept until on_end.
  virtual Id start(HttpRequest request, std::shared_ptr<HttpReader> reader) = 0;
  // Ends it soon (within 10 ms); on_end gets CANCELLED unless it was called already. Unknown ids are ignored.
  virtual void cancel(Id id) = 0;
  // No more body is read from the transfer until resume; the peer is slowed down by TCP. stall_max does not run
  // meanwhile, and the connection stays taken. Called in on_head or on_body, that was the last piece.
  virtual void pause(Id id) = 0;
  virtual void resume(Id id) = 0;
  // From now on; 0 lifts the cap.
  virtual void set_background_rate(std::int64_t bytes_per_s) = 0;
  // Background transfers started before or after stand still while this is on (TCP slows the peer down).
  virtual void hold_background(bool on) = 0;

  // Blocks for the whole answer, of any status. Never on the client's thread.
  Result<HttpResponse> fetch(HttpRequest request, const std::stop_token& stop = {});
};

}  // namespace segue::net
