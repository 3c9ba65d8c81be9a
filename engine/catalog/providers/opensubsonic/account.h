// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/media_ref.h"
#include "engine/model/provider_config.h"
#include "engine/net/url.h"

namespace segue::catalog::opensubsonic {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// Ways to log in, best first. kNone: not known yet.
enum class Auth { kNone, kApiKey, kToken, kPassword };

const char* to_string(Auth auth);

// Whose catalogue on which server, and with what to log in. Immutable; any thread. Secrets in files are read each time.
class Account {
 public:
  // Fails with INVALID_ARGUMENT naming the key of the configuration.
  static Result<Account> create(const model::ProviderConfig& config);

  const std::string& name() const { return config_.name; }
  const std::string& user() const { return config_.user; }  // empty with an API key alone
  const net::Url& url() const { return url_; }
  // "https://music.example/base/rest/ping.view".
  std::string address_of(const std::string& method) const;
  // For the server itself, from user information in `url`; often none.
  const std::vector<model::HttpHeader>& headers() const { return headers_; }

  // What may be tried, in this order.
  std::vector<Auth> ways() const;
  // The password itself would be sent readable for everyone on the way.
  bool is_password_exposed() const;
  // Fresh each time. Fails with what reading the secret's file fails with, or INTERNAL NO_RANDOMNESS.
  Result<Parameters> credentials(Auth auth) const;
  // `text` without any of the values of `credentials` and without the secrets they were made of.
  std::string without_secrets(std::string text, const Parameters& credentials) const;

 private:
  Account() = default;
  Result<std::string> password() const;
  model::ProviderConfig config_;
  net::Url url_;
  std::string base_;
  std::vector<model::HttpHeader> headers_;
};

}  // namespace segue::catalog::opensubsonic
