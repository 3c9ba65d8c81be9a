// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic/account.h"

#include <arpa/inet.h>

#include "engine/catalog/providers/digest.h"
#include "engine/net/secrets.h"

namespace segue::catalog::opensubsonic {
namespace {

constexpr std::size_t kSaltBytes = 12;      // the protocol wants 6 characters; 96 bits never come twice
constexpr std::size_t kSecretBytesMin = 3;  // shorter ones would blank out half of every message

// By its address: "127.0.0.1.example.org" is somebody's name.
bool is_loopback(const std::string& host) {
  in_addr v4{};
  const bool is_v4 = inet_pton(AF_INET, host.c_str(), &v4) == 1;
  return host == "localhost" || host == "::1" || (is_v4 && host.starts_with("127."));
}

void blank_out(std::string& text, const std::string& secret) {
  if (secret.size() < kSecretBytesMin) return;
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "…");
  }
}

tl::unexpected<Error> wrong(const model::ProviderConfig& config, const std::string& message) {
  return fail(Code::kInvalidArgument, "PROVIDER_CONFIG", "provider " + config.name + ": " + message);
}

}  // namespace

const char* to_string(Auth auth) {
  switch (auth) {
    case Auth::kApiKey: return "api-key";
    case Auth::kToken: return "token";
    case Auth::kPassword: return "password";
    case Auth::kNone: break;
  }
  return "";
}

Result<Account> Account::create(const model::ProviderConfig& config) {
  if (config.url.empty()) return wrong(config, "opensubsonic needs `url`, the address of the server");
  Result<net::Url> url = net::parse_url(config.url);
  if (!url) return wrong(config, "`url`: " + url.error().message);
  if (url->path.find_first_of("?#") != std::string::npos)
    return wrong(config, "`url`: the address of a server has no query");
  const bool has_password = !config.password.empty() || !config.password_file.empty();
  if (config.api_key_file.empty() && (config.user.empty() || !has_password))
    return wrong(config, "opensubsonic needs `api_key_file`, or `user` and `password_file` (or `password`)");
  Account account;
  account.config_ = config;
  account.url_ = *url;
  std::string path = url->path;
  const auto strip = [&path](std::string_view end) {
    if (path.ends_with(end)) path.resize(path.size() - end.size());
  };
  while (path.ends_with('/')) strip("/");
  strip("/rest");
  account.base_ = url->origin() + path;
  if (!url->user.empty() || !url->password.empty())
    account.headers_ = {{"Authorization", "Basic " + base64(url->user + ":" + url->password)}};
  return account;
}

std::string Account::address_of(const std::string& method) const { return base_ + "/rest/" + method + ".view"; }

bool Account::is_password_exposed() const { return url_.scheme != "https" && !is_loopback(url_.host); }

std::vector<Auth> Account::ways() const {
  std::vector<Auth> ways;
  if (!config_.api_key_file.empty()) ways.push_back(Auth::kApiKey);
  if (config_.user.empty() || (config_.password.empty() && config_.password_file.empty())) return ways;
  ways.push_back(Auth::kToken);
  if (!is_password_exposed() || config_.allow_legacy_auth) ways.push_back(Auth::kPassword);
  return ways;
}

Result<std::string> Account::password() const {
  if (config_.password_file.empty()) return config_.password;
  return net::read_secret(config_.password_file);
}

Result<Parameters> Account::credentials(Auth auth) const {
  if (auth == Auth::kNone) return Parameters{};
  if (auth == Auth::kApiKey) {
    Result<std::string> key = net::read_secret(config_.api_key_file);
    if (!key) return fail_at(config_.name, key.error());
    return Parameters{{"apiKey", *key}};
  }
  Result<std::string> secret = password();
  if (!secret) return fail_at(config_.name, secret.error());
  if (auth == Auth::kPassword) return Parameters{{"u", config_.user}, {"p", "enc:" + hex(*secret)}};
  const std::string salt = random_hex(kSaltBytes);
  const std::string token = md5_hex(*secret + salt);
  if (salt.empty() || token.empty())
    return fail(Code::kInternal, "NO_RANDOMNESS", config_.name + ": the system gives no random numbers or no MD5");
  return Parameters{{"u", config_.user}, {"t", token}, {"s", salt}};
}

std::string Account::without_secrets(std::string text, const Parameters& credentials) const {
  for (const auto& [name, value] : credentials) {
    if (name == "u") continue;
    blank_out(text, value);
    if (value.starts_with("enc:")) blank_out(text, value.substr(4));
  }
  const Result<std::string> secret = password();
  if (secret) {
    blank_out(text, *secret);
    blank_out(text, net::percent_encode(*secret));
    blank_out(text, hex(*secret));
  }
  blank_out(text, url_.password);
  for (const model::HttpHeader& header : headers_) blank_out(text, header.value);
  return text;
}

}  // namespace segue::catalog::opensubsonic
