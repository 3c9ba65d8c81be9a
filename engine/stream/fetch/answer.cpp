// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/fetch/answer.h"

#include <charconv>
#include <string_view>
#include <utility>

#include "engine/base/text.h"
#include "engine/net/retry.h"
#include "engine/stream/cache/index_format.h"
#include "engine/stream/fetch/document.h"

namespace segue::stream {
namespace {

using Kind = Answer::Kind;

constexpr std::int64_t kBytesMax = kBlocksMax * kBlockBytes;  // the cache's bound; sums with it do not overflow

// A number of bytes, decimal digits only; −1 if it is anything else, or more than there can be.
std::int64_t parse_count(std::string_view text) {
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0 && value <= kBytesMax ? value : -1;
}

struct ContentRange {
  std::int64_t first = -1;  // −1: "*"
  std::int64_t last = -1;
  std::int64_t total = -1;  // −1: "*"
};

// "bytes 0-9/100", "bytes 0-9/*", "bytes */100".
std::optional<ContentRange> parse_content_range(std::string_view text) {
  if (!text.starts_with("bytes ")) return std::nullopt;
  text.remove_prefix(6);
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view span = text.substr(0, slash);
  const std::string_view total = text.substr(slash + 1);
  ContentRange range;
  if (total != "*" && (range.total = parse_count(total)) < 0) return std::nullopt;
  if (span == "*") return range;
  const std::size_t dash = span.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  range.first = parse_count(span.substr(0, dash));
  range.last = parse_count(span.substr(dash + 1));
  if (range.first < 0 || range.last < range.first || (range.total >= 0 && range.last >= range.total)) {
    return std::nullopt;
  }
  return range;
}

Answer failed(Kind kind, Error error) {
  Answer answer;
  answer.kind = kind;
  answer.error = std::move(error);
  return answer;
}

Answer wrong_range(const Asked& asked, const std::string& what) {
  Answer answer = failed(Kind::kFault, {Code::kUnavailable, "WRONG_RANGE",
                                        asked.label + ": asked for bytes from " + std::to_string(asked.from) +
                                            ", the server answered " + printable(what, 100)});
  answer.has_wrong_range = true;
  return answer;
}

// What every answer with a body has to be: uncoded, no document, of the same version.
Answer checked(Answer answer, const net::HttpHead& head, const Asked& asked) {
  const std::string& coding = head.header("content-encoding");
  if (!coding.empty() && coding != "identity") {
    return failed(Kind::kFinal, {Code::kFailedPrecondition, "NOT_AUDIO",
                                 asked.label + ": the server sent it packed as " + printable(coding, 40) +
                                     ", which was not asked for; is it audio?"});
  }
  answer.mime = head.header("content-type");
  if (answer.first == 0 && names_document(answer.mime)) {
    answer.kind = Kind::kDocument;
    return answer;
  }
  if (are_different(asked.known, answer.identity)) {
    return failed(Kind::kChanged, {Code::kDataLoss, "CONTENT_CHANGED",
                                   asked.label + ": the server has another version now; load the track again"});
  }
  answer.kind = Kind::kBytes;
  return answer;
}

Answer whole(const net::HttpHead& head, const Asked& asked, Nanoseconds wall) {
  Answer answer;
  const std::string& length = head.header("content-length");
  answer.end = length.empty() ? -1 : parse_count(length);
  if (!length.empty() && answer.end < 0) {
    return failed(Kind::kFault, {Code::kUnavailable, "HTTP_PROTOCOL", asked.label + ": Content-Length is no number"});
  }
  answer.identity = identity_of(head, answer.end, wall);
  const std::string& accepts = head.header("accept-ranges");
  if (accepts == "none" || (asked.with_range && asked.from > 0))
    answer.serves_ranges = false;
  else if (accepts == "bytes")
    answer.serves_ranges = true;
  return checked(std::move(answer), head, asked);
}

Answer part(const net::HttpHead& head, const Asked& asked, Nanoseconds wall) {
  const std::string& field = head.header("content-range");
  const auto range = parse_content_range(field);
  if (!asked.with_range || !range || range->first != asked.from) return wrong_range(asked, "\"" + field + "\"");
  Answer answer;
  answer.first = range->first;
  answer.end = range->last + 1;
  answer.identity = identity_of(head, range->total, wall);
  answer.serves_ranges = true;
  return checked(std::move(answer), head, asked);
}

Answer past_end(const net::HttpHead& head, const Asked& asked) {
  const auto range = parse_content_range(head.header("content-range"));
  if (range && range->total == 0) {
    return failed(Kind::kFinal, {Code::kFailedPrecondition, "NOT_AUDIO", asked.label + ": it is empty"});
  }
  if (!range || range->total < 0 || range->total == asked.known.size || asked.from == 0) {
    return wrong_range(asked, "HTTP 416");
  }
  return failed(Kind::kFinal, {Code::kDataLoss, "SIZE_WRONG",
                               asked.label + ": the server said " + std::to_string(asked.known.size) +
                                   " bytes and has " + std::to_string(range->total)});
}

}  // namespace

Answer judge(const net::HttpHead& head, const Asked& asked, Nanoseconds wall) {
  const int status = head.status;
  const std::string said = asked.label + ": HTTP " + std::to_string(status);
  const std::string reason = "HTTP_" + std::to_string(status);
  if (status == 200) return whole(head, asked, wall);
  if (status == 206) return part(head, asked, wall);
  if (status == 416) return past_end(head, asked);
  if (status == 401) return failed(Kind::kExpired, {Code::kUnauthenticated, reason, said + ", log in again"});
  if (status == 403) return failed(Kind::kExpired, {Code::kPermissionDenied, reason, said + ", not allowed"});
  if (status == 410) return failed(Kind::kExpired, {Code::kNotFound, reason, said + ", it is gone"});
  if (status == 404) return failed(Kind::kFinal, {Code::kNotFound, reason, said + ", there is no such thing"});
  if (status == 451)
    return failed(Kind::kFinal, {Code::kPermissionDenied, reason, said + ", withheld for legal reasons"});
  Answer answer;
  if (status == 429 || status == 503) answer.retry_after = net::parse_retry_after(head.header("retry-after"), wall);
  if (status == 429) {
    answer.error = {Code::kResourceExhausted, "RATE_LIMITED", said + ", too many requests"};
  } else if (status >= 500) {
    answer.error = {Code::kUnavailable, "HTTP_5XX", said + ", the server has trouble"};
  } else if (status == 408 || status == 425) {
    answer.error = {Code::kUnavailable, reason, said};
  } else if (status >= 400) {
    answer.kind = Kind::kFinal;
    answer.error = {Code::kFailedPrecondition, reason, said + ", the server refuses the request"};
  } else {
    answer.error = {Code::kUnavailable, "HTTP_PROTOCOL", said + " is no answer to what was asked"};
  }
  return answer;
}

}  // namespace segue::stream
