// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/url.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "engine/model/config.h"

namespace segue::net {
namespace {

constexpr std::size_t kHostBytesMax = 253;   // RFC 1035 section 2.3.4
constexpr std::size_t kLabelBytesMax = 300;  // a line of a log
constexpr int kHttpPort = 80;
constexpr int kHttpsPort = 443;

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool is_host_character(char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; }
bool is_user_character(char c) {
  return is_host_character(c) || std::string_view("~!$&'()*+,;=:%").find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

tl::unexpected<Error> invalid(const std::string& why) {
  return fail(Code::kInvalidArgument, "URL_INVALID", "the address is not valid: " + why);
}

// A reference taken apart (RFC 3986 appendix B); views into it.
struct Parts {
  std::string_view scheme;     // empty: none
  bool has_authority = false;  // "//" is there
  std::string_view authority;
  std::string_view path;
  bool has_query = false;
  std::string_view query;
};

Parts split(std::string_view text) {
  Parts parts;
  text = text.substr(0, text.find('#'));
  const std::size_t colon = text.find_first_of(":/?");
  if (colon != std::string_view::npos && text[colon] == ':' && colon > 0) {
    parts.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (text.substr(0, 2) == "//") {
    parts.has_authority = true;
    text.remove_prefix(2);
    const std::size_t end = std::min(text.find_first_of("/?"), text.size());
    parts.authority = text.substr(0, end);
    text.remove_prefix(end);
  }
  const std::size_t question = text.find('?');
  parts.path = text.substr(0, question);
  if (question != std::string_view::npos) {
    parts.has_query = true;
    parts.query = text.substr(question + 1);
  }
  return parts;
}

Result<void> check_text(std::string_view text) {
  if (text.size() > model::kUriBytesMax) return invalid("it is longer than 8 KiB");
  if (std::any_of(text.begin(), text.end(), is_control)) return invalid("it holds a control character");
  return {};
}

Result<void> check_scheme(std::string_view scheme) {
  const bool is_name = !scheme.empty() && is_alpha(scheme[0]) && std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  if (!is_name) return invalid("it does not begin with http:// or https://");
  const std::string name = lower(scheme);
  if (name == "http" || name == "https") return {};
  return fail(Code::kInvalidArgument, "URL_UNSUPPORTED",
              "the address begins with " + lower(scheme.substr(0, 32)) + ":, only http and https are supported");
}

// What a path or query may not hold as it is becomes %XX; escapes that are there stay.
std::string encode_loosely(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_kept =
        static_cast<unsigned char>(c) < 0x80 && std::string_view(" \"<>\\^`{|}").find(c) == std::string_view::npos;
    out += is_kept ? std::string(1, c) : percent_encode({&c, 1});
  }
  return out;
}

Result<void> read_user(std::string_view text, Url& url) {
  if (!std::all_of(text.begin(), text.end(), is_user_character))
    return invalid("its user information holds a character that has to be percent-encoded");
  const std::size_t colon = text.find(':');
  const auto user = percent_decode(text.substr(0, colon));
  const auto password = percent_decode(colon == std::string_view::npos ? "" : text.substr(colon + 1));
  if (!user || !password) return invalid("a percent sign of its user information is not followed by two hex digits");
  if (user->find(':') != std::string::npos || std::any_of(user->begin(), user->end(), is_control) ||
      std::any_of(password->begin(), password->end(), is_control)) {
    return invalid("its user information holds a control character or a colon");
  }
  url.user = *user;
  url.password = *password;
  return {};
}

Result<void> read_port(std::string_view text, Url& url) {
  url.port = url.scheme == "https" ? kHttpsPort : kHttpPort;
  if (text.empty()) return {};
  int port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (fault != std::errc() || end != text.data() + text.size() || text.size() > 5 || port < 1 || port > 65535) {
    return invalid("its port is not a number from 1 to 65535");
  }
  url.port = port;
  return {};
}

Result<void> read_authority(std::string_view text, Url& url) {
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos) {
    if (auto user = read_user(text.substr(0, at), url); !user) return user;
    text.remove_prefix(at + 1);
  }
  if (text.substr(0, 1) == "[") {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return invalid("a bracket is not closed");
    url.host = lower(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
    in6_addr address{};
    if (inet_pton(AF_INET6, url.host.c_str(), &address) != 1)
      return invalid("what is in brackets is not an IPv6 address");
    if (!text.empty() && text[0] != ':') return invalid("something follows the bracket");
    return read_port(text.empty() ? text : text.substr(1), url);
  }
  const std::size_t colon = text.find(':');
  const std::string_view host = text.substr(0, colon);
  if (host.empty() || host.size() > kHostBytesMax)
    return invalid("it names no host, or one longer than 253 characters");
  if (!std::all_of(host.begin(), host.end(), is_host_character)) {
    return invalid("its host holds a character that no host name has (an international name is written as xn--…)");
  }
  url.host = lower(host);
  return read_port(colon == std::string_view::npos ? "" : text.substr(colon + 1), url);
}

// RFC 3986 section 5.2.4.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    const bool is_last = end == path.size();
    if (segment == "/.." || segment == "..") {
      out.erase(std::min(out.rfind('/'), out.size()));
      if (is_last) out += '/';
    } else if (segment == "/." || segment == ".") {
      if (is_last) out += '/';
    } else {
      out += segment;
    }
    path.remove_prefix(end);
  }
  return out;
}

std::string host_and_port(const Url& url, bool with_default) {
  const std::string host = url.host.find(':') == std::string::npos ? url.host : '[' + url.host + ']';
  const bool is_default = url.port == (url.scheme == "https" ? kHttpsPort : kHttpPort);
  return is_default && !with_default ? host : host + ':' + std::to_string(url.port);
}

}  // namespace

std::string Url::origin() const { return scheme + "://" + host_and_port(*this, true); }

std::string Url::bare() const { return scheme + "://" + host_and_port(*this, false) + path; }

std::string Url::text() const {
  if (user.empty() && password.empty()) return bare();
  const std::string secret = password.empty() ? "" : ':' + percent_encode(password);
  return scheme + "://" + percent_encode(user) + secret + '@' + host_and_port(*this, false) + path;
}

std::string Url::label() const {
  const std::size_t question = path.find('?');
  std::string out = scheme + "://" + host_and_port(*this, false) + path.substr(0, question);
  if (question != std::string::npos) {
    std::string_view query = std::string_view(path).substr(question + 1);
    for (char mark = '?'; !query.empty(); mark = '&') {
      const std::string_view field = query.substr(0, query.find('&'));
      const std::size_t equals = field.find('=');
      // A field without a name is all value.
      out += mark + std::string(equals == std::string_view::npos ? "" : field.substr(0, equals + 1)) + "…";
      query.remove_prefix(std::min(field.size() + 1, query.size()));
    }
  }
  if (out.size() <= kLabelBytesMax) return out;
  std::size_t end = kLabelBytesMax;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
  return out.substr(0, end) + "…";
}

Result<Url> parse_url(std::string_view text) {
  if (auto checked = check_text(text); !checked) return tl::unexpected(checked.error());
  const Parts parts = split(text);
  if (auto checked = check_scheme(parts.scheme); !checked) return tl::unexpected(checked.error());
  if (!parts.has_authority) return invalid("// is missing after the scheme");
  Url url;
  url.scheme = lower(parts.scheme);
  if (auto read = read_authority(parts.authority, url); !read) return tl::unexpected(read.error());
  url.path = parts.path.empty() ? "/" : encode_loosely(parts.path);
  if (parts.has_query) url.path += '?' + encode_loosely(parts.query);
  return url;
}

std::string label_of(std::string_view uri) {
  if (!uri.starts_with("http://") && !uri.starts_with("https://")) return std::string(uri);
  const Result<Url> url = parse_url(uri);
  return url ? url->label() : "an address that is not valid";
}

Result<std::string> resolve_url(const std::string& base, std::string_view reference) {
  auto from = parse_url(base);
  if (!from) return tl::unexpected(from.error());
  if (auto checked = check_text(reference); !checked) return tl::unexpected(checked.error());
  const Parts parts = split(reference);
  if (!parts.scheme.empty()) {
    auto url = parse_url(reference);
    return url ? Result<std::string>(url->text()) : tl::unexpected(url.error());
  }
  if (parts.has_authority) {
    auto url = parse_url(from->scheme + ':' + std::string(reference));
    return url ? Result<std::string>(url->text()) : tl::unexpected(url.error());
  }
  const std::string base_path = from->path.substr(0, from->path.find('?'));
  std::string query = parts.has_query ? '?' + encode_loosely(parts.query) : "";
  if (parts.path.empty()) {
    if (!parts.has_query && base_path.size() < from->path.size()) query = from->path.substr(base_path.size());
    from->path = base_path + query;
  } else {
    const bool is_absolute = parts.path[0] == '/';
    const std::string merged =
        (is_absolute ? "" : base_path.substr(0, base_path.rfind('/') + 1)) + encode_loosely(parts.path);
    from->path = without_dot_segments(merged) + query;
  }
  if (from->path.empty() || from->path[0] != '/') from->path.insert(0, 1, '/');
  return from->text();
}

}  // namespace segue::net
