// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/answer_head.h"

#include <charconv>

namespace segue::net {
namespace {

constexpr std::size_t kHeadBytesMax = 64 << 10;  // the largest heads of real servers, cookies and all, have 16 KiB

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

tl::unexpected<Error> bad(const std::string& why) {
  return fail(Code::kUnavailable, "NET_FAILED", "the server's answer " + why);
}

}  // namespace

Result<AnswerHead::State> AnswerHead::add(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > kHeadBytesMax) {
    return fail(Code::kResourceExhausted, "RESPONSE_TOO_LARGE",
                "the server's answer begins with more than 64 KiB of headers");
  }
  const bool is_folded = !line.empty() && (line[0] == ' ' || line[0] == '\t');
  const std::string_view text = trimmed(line);
  if (text.empty() && !is_folded) {
    return head_.status >= 100 && head_.status < 200 ? State::kOpen : State::kComplete;
  }
  if (is_folded) {
    // RFC 9112 section 5.2: a fold is a space.
    if (!head_.headers.empty()) head_.headers.back().value += ' ' + std::string(text);
    return State::kOpen;
  }
  if (text.substr(0, 5) == "HTTP/" || text.substr(0, 4) == "ICY ") {
    begin(text);
    return State::kOpen;
  }
  if (auto added = add_field(text); !added) return tl::unexpected(added.error());
  return State::kOpen;
}

void AnswerHead::begin(std::string_view status_line) {
  head_ = {};
  length_.reset();
  const std::string_view rest = trimmed(status_line.substr(std::min(status_line.find(' '), status_line.size())));
  std::from_chars(rest.data(), rest.data() + std::min<std::size_t>(rest.size(), 3), head_.status);
}

Result<void> AnswerHead::add_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};  // noise that curl has let through
  HttpHeader field{lower(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))};
  if (auto checked = check_framing(field.name, field.value); !checked) return checked;
  head_.headers.push_back(std::move(field));
  return {};
}

Result<void> AnswerHead::check_framing(std::string_view name, const std::string& value) {
  if (name == "transfer-encoding") {
    const std::string coding = lower(value);
    if (coding != "chunked" && coding != "identity") return bad("is compressed for transfer, which was not asked for");
  }
  if (name != "content-length") return {};
  std::int64_t length = -1;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (fault != std::errc() || end != value.data() + value.size() || length < 0)
    return bad("has a Content-Length that is not a number");
  if (length_ && *length_ != length) return bad("has two lengths");
  length_ = length;
  return {};
}

}  // namespace segue::net
