// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/request_headers.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace segue::net {
namespace {

constexpr std::size_t kHeadersMax = 64;            // a provider sends three
constexpr std::size_t kHeaderBytesMax = 16 << 10;  // tokens of identity providers reach 8 KiB
constexpr std::size_t kMethodBytesMax = 16;        // PROPFIND has 8
// Theirs are sent by us or curl alone: they frame the message, or name what the rest of the request says.
constexpr std::array<std::string_view, 10> kOurs = {"host",  "content-length", "transfer-encoding", "connection",
                                                    "te",    "trailer",        "upgrade",           "accept-encoding",
                                                    "range", "expect"};
constexpr std::array<std::string_view, 10> kHarmless = {
    "accept",   "accept-language",   "cache-control", "content-type", "icy-metadata",
    "if-match", "if-modified-since", "if-none-match", "if-range",     "if-unmodified-since"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

template <std::size_t kSize>
bool is_one_of(const std::string& name, const std::array<std::string_view, kSize>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

tl::unexpected<Error> invalid(const std::string& why) {
  return fail(Code::kInvalidArgument, "REQUEST_INVALID", "the request " + why);
}

std::string base64(std::string_view text) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8 | (at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) out += at + i > text.size() ? '=' : kDigits[group >> (18 - 6 * i) & 63];
  }
  return out;
}

}  // namespace

Result<void> check_request(const HttpRequest& request) {
  if (!is_token(request.method) || request.method.size() > kMethodBytesMax || lower(request.method) == "connect")
    return invalid("has a method that is none");
  if (!request.body.empty() && (request.method == "GET" || request.method == "HEAD"))
    return invalid("has a body, which " + request.method + " must not have");
  if (request.from.value_or(0) < 0 || (request.to && *request.to < request.from.value_or(0)))
    return invalid("has a range that ends before it begins");
  if (request.headers.size() > kHeadersMax) return invalid("has more than 64 headers");
  std::size_t bytes = 0;
  for (const HttpHeader& header : request.headers) {
    bytes += header.name.size() + header.value.size();
    if (!is_token(header.name)) return invalid("has a header whose name is not a word");
    if (!is_value(header.value)) return invalid("has a control character in the header " + header.name);
    if (is_one_of(lower(header.name), kOurs))
      return invalid("sets the header " + header.name + ", which the client sets itself");
  }
  if (bytes > kHeaderBytesMax) return invalid("has more than 16 KiB of headers");
  return {};
}

std::vector<std::string> header_lines(const HttpRequest& request, const Hop& hop) {
  // An empty value is written with a semicolon for curl; a name with a colon alone switches off what curl would add.
  std::vector<std::string> lines = {"Expect:"};
  bool has_accept = false;
  bool has_authorization = false;
  bool has_content_type = false;
  for (const HttpHeader& header : request.headers) {
    const std::string name = lower(header.name);
    if (!hop.may_authorise && !is_one_of(name, kHarmless)) continue;
    if (name == "content-type" && !hop.has_body) continue;
    has_accept |= name == "accept";
    has_authorization |= name == "authorization";
    has_content_type |= name == "content-type";
    lines.push_back(header.value.empty() ? header.name + ';' : header.name + ": " + header.value);
  }
  if (!has_accept) lines.push_back("Accept: */*");
  if (hop.has_body && !has_content_type) lines.push_back("Content-Type: application/x-www-form-urlencoded");
  const bool has_user = !hop.url.user.empty() || !hop.url.password.empty();
  if (has_user && hop.may_authorise && !has_authorization) {
    lines.push_back("Authorization: Basic " + base64(hop.url.user + ':' + hop.url.password));
  }
  if (request.from || request.to) {
    lines.push_back("Range: bytes=" + std::to_string(request.from.value_or(0)) + '-' +
                    (request.to ? std::to_string(*request.to) : ""));
  }
  return lines;
}

}  // namespace segue::net
