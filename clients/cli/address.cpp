// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/address.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include <sys/un.h>

#include "clients/cli/text.h"

namespace segue::cli {
namespace {

constexpr std::string_view kServiceSocket = "/run/segue/segued.sock";
constexpr std::string_view kPortDefault = "7421";

Result<Address> unix_address(std::string_view path) {
  if (path.empty()) return bad_value("--server unix: needs the path of a socket");
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return bad_value("--server unix:" + one_line(path) + ": the path is too long for a socket, at most " +
                     std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes");
  }
  return Address{"unix:" + std::string(path), "unix:" + std::string(path), true};
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_uri(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == 0 || end == std::string_view::npos || !is_letter(text[0])) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
}

std::string percent_encoded(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~/";  // with letters and digits, RFC 3986's unreserved characters and slash
  std::string encoded;
  for (const char c : path) {
    if (is_letter(c) || is_digit(c) || kPlain.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kHex[byte >> 4];
    encoded += kHex[byte & 15];
  }
  return encoded;
}

std::string made_absolute(std::string_view text, const std::string& working_dir) {
  const std::filesystem::path path = std::filesystem::path(working_dir) / std::filesystem::path(text);
  const bool goes_up = std::find(path.begin(), path.end(), std::filesystem::path("..")) != path.end();
  // Going up from a symbolic link leads elsewhere than its name says, so that needs the file system.
  std::error_code error;
  if (goes_up) {
    const auto real = std::filesystem::weakly_canonical(path, error);
    if (!error) return real.string();
  }
  return path.lexically_normal().string();
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  if (text.starts_with("unix:")) return unix_address(text.substr(text.starts_with("unix:///") ? 7 : 5));
  if (text.starts_with('/')) return unix_address(text);
  std::string_view host = text;
  std::string_view port = kPortDefault;
  const std::size_t colon = text.rfind(':');
  const bool is_bare_ipv6 = text.find(':') != colon && !text.starts_with('[');
  const bool has_port = colon != std::string_view::npos && !is_bare_ipv6 && !text.ends_with(']');
  if (has_port) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (host.empty() || !is_port(port) || host.find_first_of(" /") != std::string_view::npos) {
    return bad_value("--server must be unix:PATH or HOST:PORT, not '" + one_line(text) + "'");
  }
  const std::string name = is_bare_ipv6 ? "[" + std::string(host) + "]" : std::string(host);
  const std::string shown = name + ":" + std::string(port);
  // Only an address made of digits is one: 127.example.net is a name like any other.
  const bool is_loopback = name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string::npos;
  const bool is_local = name == "localhost" || name == "[::1]" || is_loopback;
  return Address{"dns:///" + shown, shown, is_local};
}

std::string default_server(const Environment& environment, const std::function<bool(const std::string& path)>& exists) {
  if (!environment.server.empty()) return environment.server;
  const std::string service(kServiceSocket);
  std::string own = service;
  if (environment.runtime_dir.starts_with('/')) {
    own = environment.runtime_dir + "/segue/segued.sock";
  } else if (environment.user_id != 0) {
    own = "/tmp/segue-" + std::to_string(environment.user_id) + "/segued.sock";
  }
  return "unix:" + (!exists(own) && exists(service) ? service : own);
}

Result<std::string> track_uri(std::string_view text, const std::string& working_dir) {
  if (text.empty()) return bad_value("URI must be a file or an address, not empty");
  if (!is_uri(text)) return "file://" + percent_encoded(made_absolute(text, working_dir));
  if (!is_valid_utf8(text)) return bad_value("URI '" + one_line(text) + "' is not valid UTF-8: percent-encode it");
  return std::string(text);
}

Result<std::string> absolute_path(std::string_view text, const std::string& working_dir) {
  if (text.empty()) return bad_value("FILE must not be empty");
  if (!is_valid_utf8(text)) return bad_value("FILE '" + one_line(text) + "' is not valid UTF-8: choose another name");
  return made_absolute(text, working_dir);
}

}  // namespace segue::cli
