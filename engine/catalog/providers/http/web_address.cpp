// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/http/web_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/providers/digest.h"
#include "engine/net/address_policy.h"
#include "engine/net/url.h"

namespace segue::catalog {
namespace {

constexpr std::size_t kDigestDigits = 32;  // 128 bits: no two addresses share them

}  // namespace

std::string WebAddress::file_name() const {
  const std::string path = url.substr(0, url.find('?'));
  const std::string last = path.substr(path.rfind('/') + 1);
  const std::string name = tidy(net::percent_decode(last).value_or(last));
  return name.empty() ? host : name;
}

Result<WebAddress> read_web_address(const std::string& text) {
  const Result<net::Url> parsed = net::parse_url(text);
  if (!parsed) return tl::unexpected(parsed.error());
  WebAddress address;
  address.url = parsed->bare();
  address.label = parsed->label();
  address.host = parsed->host;
  address.digest = sha256_hex(address.url).substr(0, kDigestDigits);
  if (!parsed->user.empty() || !parsed->password.empty())
    address.headers = {{"Authorization", "Basic " + base64(parsed->user + ":" + parsed->password)}};
  return address;
}

std::string web_cache_key(const std::string& provider, const WebAddress& address) {
  return provider + "/" + address.host + "/" + address.digest;
}

bool is_house_host(const std::string& host) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return !net::is_public(reinterpret_cast<sockaddr&>(v4));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) return !net::is_public(reinterpret_cast<sockaddr&>(v6));
  if (host.find('.') == std::string::npos) return true;
  for (const char* end : {".local", ".lan", ".home.arpa", ".internal", ".localhost"}) {
    if (host.ends_with(end)) return true;
  }
  return false;
}

}  // namespace segue::catalog
