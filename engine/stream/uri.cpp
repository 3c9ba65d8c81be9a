// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstring>

#include "engine/base/text.h"
#include "engine/stream/track_loader.h"

namespace segue::stream {
namespace {

constexpr std::string_view kScheme = "file://";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_plain(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::strchr("/-._~!$&'()*+,;=:@", c) != nullptr;
}

bool has_scheme(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  for (const char c : uri.substr(0, colon)) {
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!letter) return false;
  }
  return true;
}

}  // namespace

Result<std::string> path_of_uri(const std::string& uri) {
  if (!uri.starts_with(kScheme)) {
    if (has_scheme(uri))
      return fail(Code::kInvalidArgument, "URI_UNSUPPORTED", printable(uri) + ": only file:/// can be played");
    return fail(Code::kInvalidArgument, "URI_INVALID", printable(uri) + ": not a URI; write file:///path/to/track");
  }
  std::string_view rest = std::string_view(uri).substr(kScheme.size());
  if (rest.starts_with("localhost/")) rest.remove_prefix(std::strlen("localhost"));
  if (!rest.starts_with('/')) {
    return fail(Code::kInvalidArgument, "URI_INVALID",
                printable(uri) + ": a file URI needs an absolute path, file:///path");
  }
  std::string path;
  path.reserve(rest.size());
  for (std::size_t i = 0; i < rest.size(); ++i) {
    char c = rest[i];
    if (c == '%') {
      const int high = i + 2 < rest.size() ? hex_digit(rest[i + 1]) : -1;
      const int low = i + 2 < rest.size() ? hex_digit(rest[i + 2]) : -1;
      if (high < 0 || low < 0)
        return fail(Code::kInvalidArgument, "URI_INVALID", printable(uri) + ": bad percent escape");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return fail(Code::kInvalidArgument, "URI_INVALID", printable(uri) + ": a path holds no NUL byte");
    path += c;
  }
  return path;
}

std::string uri_of_path(const std::string& path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri(kScheme);
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte != 0 && is_plain(byte)) {
      uri += c;
    } else {
      uri += '%';
      uri += kHex[byte >> 4];
      uri += kHex[byte & 15];
    }
  }
  return uri;
}

}  // namespace segue::stream
