// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "engine/base/clock.h"
#include "engine/catalog/providers/opensubsonic/account.h"
#include "engine/catalog/providers/opensubsonic/answer.h"
#include "engine/net/http.h"

namespace segue::catalog::opensubsonic {

// What is known of the server by what it said. Values.
struct ServerTraits {
  Auth auth = Auth::kNone;
  std::string version = "1.16.1";  // of the protocol, as we ask; lowered on error 30
  std::string software;            // "navidrome 0.53.3"; empty: it does not say
  bool can_post = false;           // extension formPost: parameters go into the body
  bool has_playback_report = false;
  std::int64_t requests_left = -1;
  std::int64_t resets_at_s = 0;  // Unix time
};

// The calls of one account. Finds out what the server can do and how it lets us in, with the first call and again
// whenever it refuses; obeys Retry-After; makes failures of errors in 200 bodies. Secrets go into the query or the
// body and nowhere else. Any thread, several at once; blocks for the network, with no lock held.
class Session {
 public:
  Session(Account account, net::HttpClient& http) : account_(std::move(account)), http_(http) {}

  Outcome<Json> call(const std::string& method, const Parameters& parameters, const std::stop_token& stop);
  // A file; fails if a document comes instead. At most `bytes_max`.
  Outcome<net::HttpResponse> fetch_file(const std::string& method, const Parameters& parameters, std::int64_t bytes_max,
                                        const std::stop_token& stop);
  // Whether a file of this method would come: asks for its first byte.
  Outcome<void> probe_file(const std::string& method, const Parameters& parameters, const std::stop_token& stop);
  // Address of a file with fresh credentials, for others to fetch; holds secrets.
  Outcome<std::string> address(const std::string& method, const Parameters& parameters, const std::stop_token& stop);

  // Sees to it that traits() is known.
  Outcome<void> prepare(const std::stop_token& stop);
  // Finds out anew how to get in.
  Outcome<void> login(const std::stop_token& stop);
  ServerTraits traits() const;
  const Account& account() const { return account_; }
  // Parameters with several ids fit into one call up to so many.
  std::size_t ids_per_call() const;

 private:
  struct Call;
  struct Reply;
  template <typename Answer, typename Attempt>
  Outcome<Answer> with_access(const std::stop_token& stop, Attempt attempt);
  Outcome<Auth> ready(const std::stop_token& stop);
  Outcome<void> discover(const std::stop_token& stop);
  Outcome<Auth> negotiate(const std::stop_token& stop);
  // Once with our version of the protocol, and again if the server's is lower.
  Outcome<Reply> exchange(const Call& call, Auth auth, const std::stop_token& stop);
  Outcome<Reply> send(const Call& call, Auth auth, const std::stop_token& stop);
  Outcome<Json> ask(const Call& call, Auth auth, const std::stop_token& stop);
  net::HttpRequest request_for(const Call& call, const Parameters& credentials) const;
  std::optional<Failure> held_back(const std::string& method) const;
  void note(const net::HttpResponse& response);
  void note(const Json& root);
  void forget();
  bool lower_version(const std::string& version);

  const Account account_;
  net::HttpClient& http_;
  SystemClock clock_;
  mutable std::mutex mutex_;  // of what follows
  ServerTraits traits_;
  Nanoseconds discover_at_{0};  // monotonic; when the extensions are to be asked for
  Nanoseconds held_until_{0};   // monotonic; the server wants no request before
};

}  // namespace segue::catalog::opensubsonic
