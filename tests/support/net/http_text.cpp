// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/net/http_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace segue::test {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string unescape(std::string_view text, bool plus_is_space) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      result += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      result += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!text.empty()) {
    const std::string_view field = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), field.size() + 1));
    if (field.empty()) continue;
    const std::string_view name = field.substr(0, field.find('='));
    const std::string_view value = name.size() == field.size() ? "" : field.substr(name.size() + 1);
    fields.emplace_back(unescape(name, true), unescape(value, true));
  }
  return fields;
}

std::optional<Request> parse_head(std::string_view head) {
  Request request;
  bool is_first = true;
  while (!head.empty()) {
    std::string_view line = head.substr(0, head.find('\n'));
    head.remove_prefix(std::min(head.size(), line.size() + 1));
    line = trimmed(line);
    if (line.empty()) continue;
    if (is_first) {
      const auto method_end = line.find(' ');
      const auto target_end = line.rfind(' ');
      if (method_end == line.npos || target_end <= method_end) return std::nullopt;
      request.method = line.substr(0, method_end);
      request.target = line.substr(method_end + 1, target_end - method_end - 1);
      is_first = false;
      continue;
    }
    const auto colon = line.find(':');
    if (colon == line.npos) return std::nullopt;
    request.headers.push_back({lower(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))});
  }
  if (is_first) return std::nullopt;
  const auto question = request.target.find('?');
  request.path = unescape(std::string_view(request.target).substr(0, question), false);
  if (question != std::string::npos) request.query = parse_form(std::string_view(request.target).substr(question + 1));
  return request;
}

Range parse_range(std::string_view field, std::int64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (field.substr(0, kUnit.size()) != kUnit) return {};
  field.remove_prefix(kUnit.size());
  if (field.find(',') != field.npos) return {Range::Kind::kUnsatisfiable};
  const auto dash = field.find('-');
  if (dash == field.npos) return {};
  const std::string_view first_text = trimmed(field.substr(0, dash));
  const std::string_view last_text = trimmed(field.substr(dash + 1));
  std::int64_t first = 0;
  std::int64_t last = size - 1;
  if (first_text.empty()) {
    const auto suffix = number(last_text);
    if (!suffix) return {};
    if (*suffix == 0) return {Range::Kind::kUnsatisfiable};
    first = std::max<std::int64_t>(0, size - *suffix);
  } else {
    const auto begin = number(first_text);
    const auto end = last_text.empty() ? std::optional(last) : number(last_text);
    if (!begin || !end || (!last_text.empty() && *end < *begin)) return {};
    first = *begin;
    last = std::min(last, *end);
  }
  if (first >= size) return {Range::Kind::kUnsatisfiable};
  return {Range::Kind::kOne, first, last - first + 1};
}

const char* reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 416: return "Range Not Satisfiable";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Status";
  }
}

std::string Request::header(std::string_view name) const {
  for (const Header& header : headers)
    if (header.name == name) return header.value;
  return {};
}

bool Request::has_header(std::string_view name) const {
  return std::any_of(headers.begin(), headers.end(), [&](const Header& header) { return header.name == name; });
}

std::optional<std::string> Request::parameter(std::string_view name) const {
  for (const auto* fields : {&query, &form})
    for (const auto& [key, value] : *fields)
      if (key == name) return value;
  return std::nullopt;
}

}  // namespace segue::test
