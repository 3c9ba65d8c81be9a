// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/location.h"

#include <algorithm>

#include "engine/catalog/import/foreign_text.h"
#include "engine/model/config.h"
#include "engine/net/url.h"

namespace segue::catalog {
namespace {

constexpr std::string_view kFile = "file://";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return out;
}

// Of one that is followed by "://", or "file:"; else empty.
std::string scheme_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string scheme = lower(text.substr(0, colon));
  const bool is_name = scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") == std::string::npos;
  const bool is_scheme = is_name && (scheme == "file" || text.substr(colon, 3) == "://");
  return is_scheme ? scheme : "";
}

bool is_windows_path(std::string_view text) {
  const bool has_drive = text.size() > 2 && text[1] == ':' && (text[2] == '\\' || text[2] == '/');
  return has_drive || text.starts_with("\\\\");
}

// "/a/b/../c" → "/a/c".
std::string without_dots(const std::string& path) {
  std::string out;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    const std::string segment = path.substr(at, end - at);
    if (segment == "/..") {
      out.erase(std::min(out.rfind('/'), out.size()));
    } else if (segment != "/." && segment != "/") {
      out += segment;
    } else if (segment == "/" && end == path.size()) {
      out += '/';
    }
    at = end;
  }
  return out.empty() ? "/" : out;
}

std::optional<std::string> locate_file(std::string_view text, const std::string& base, bool is_encoded) {
  const std::optional<std::string> base_path = path_of_file_uri(base);
  if (!base_path) return std::nullopt;
  std::string path(text);
  if (path.find('/') == std::string::npos) std::replace(path.begin(), path.end(), '\\', '/');
  if (is_encoded) {
    std::optional<std::string> decoded = net::percent_decode(path);
    if (!decoded) return std::nullopt;
    path = std::move(*decoded);
  }
  if (!path.starts_with('/')) path = base_path->substr(0, base_path->rfind('/') + 1) + path;
  return file_uri_of(without_dots(path));
}

std::optional<std::string> locate_web(std::string_view text, const std::string& base, bool is_encoded) {
  std::string reference(text);
  if (reference.find('/') == std::string::npos) std::replace(reference.begin(), reference.end(), '\\', '/');
  // A plain path may hold what would divide an address, and a colon in front of every slash.
  if (!is_encoded) {
    std::string encoded;
    for (const char c : reference) {
      if (c == '#') {
        encoded += "%23";
      } else {
        encoded += c;
      }
    }
    reference = std::move(encoded);
  }
  if (reference.find(':') < reference.find('/')) reference = "./" + reference;
  Result<std::string> url = net::resolve_url(base, reference);
  return url ? std::optional(std::move(*url)) : std::nullopt;
}

}  // namespace

std::string file_uri_of(std::string_view path) {
  std::string uri(kFile);
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    uri += net::percent_encode(path.substr(at, end - at));
    if (end < path.size()) uri += '/';
    at = end + 1;
  }
  return uri;
}

std::optional<std::string> path_of_file_uri(std::string_view uri) {
  if (lower(uri.substr(0, kFile.size())) != kFile) return std::nullopt;
  uri.remove_prefix(kFile.size());
  if (lower(uri.substr(0, 10)) == "localhost/") uri.remove_prefix(9);
  if (!uri.starts_with('/')) return std::nullopt;
  return net::percent_decode(uri);
}

std::optional<std::string> locate(std::string_view text, const std::string& base, bool is_encoded) {
  if (text.empty() || text.size() > model::kUriBytesMax) return std::nullopt;
  if (std::any_of(text.begin(), text.end(), is_control)) return std::nullopt;
  if (is_windows_path(text)) return std::nullopt;
  const bool is_local = base.starts_with(kFile);
  const std::string scheme = scheme_of(text);
  if (scheme == "http" || scheme == "https") {
    const Result<net::Url> url = net::parse_url(text);
    return url ? std::optional(url->text()) : std::nullopt;
  }
  if (scheme == "segue") return std::string(text);
  if (scheme == "file") {
    if (!is_local) return std::nullopt;
    const std::optional<std::string> path = path_of_file_uri(text);
    // As other programs write them: unescaped.
    if (!path && text.starts_with("file:///")) return file_uri_of(text.substr(kFile.size()));
    return path ? std::optional(file_uri_of(without_dots(*path))) : std::nullopt;
  }
  if (!scheme.empty()) return std::nullopt;
  return is_local ? locate_file(text, base, is_encoded) : locate_web(text, base, is_encoded);
}

}  // namespace segue::catalog
