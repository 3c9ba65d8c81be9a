// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/provider.h"
#include "engine/model/config.h"
#include "engine/net/url.h"

namespace segue::catalog {
namespace {

constexpr std::string_view kScheme = "segue://";
constexpr std::size_t kNameBytesMax = 32;  // ProviderConfig::name

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kNameBytesMax) return false;
  for (const char c : text) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!fits) return false;
  }
  return true;
}

// What may stand in an id without an escape: anything printable but what divides a URI.
bool may_stand_plain(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '/' || c == '?' || c == '#') return false;
  }
  return true;
}

}  // namespace

std::string uri_of(const std::string& provider, const std::string& id) {
  return std::string(kScheme) + provider + "/" + net::percent_encode(id);
}

std::optional<ProviderUri> parse_uri(const std::string& uri) {
  if (uri.size() > model::kUriBytesMax || !uri.starts_with(kScheme)) return std::nullopt;
  const std::string_view rest = std::string_view(uri).substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos || !is_name(rest.substr(0, slash))) return std::nullopt;
  const std::string_view encoded = rest.substr(slash + 1);
  if (!may_stand_plain(encoded)) return std::nullopt;
  std::optional<std::string> id = net::percent_decode(encoded);
  if (!id || id->empty()) return std::nullopt;
  return ProviderUri{std::string(rest.substr(0, slash)), std::move(*id)};
}

}  // namespace segue::catalog
