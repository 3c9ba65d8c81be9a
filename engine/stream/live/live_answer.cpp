// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/live/live_answer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>

#include "engine/base/text.h"
#include "engine/net/retry.h"

namespace segue::stream {
namespace {

// Media types that begin with audio/ but are lists of addresses.
constexpr std::array<std::string_view, 5> kPlaylists = {"audio/x-mpegurl", "audio/mpegurl", "audio/x-scpls",
                                                        "audio/scpls", "audio/x-ms-wax"};
constexpr std::array<std::string_view, 4> kAudioElsewhere = {"application/ogg", "application/octet-stream", "video/ogg",
                                                             "application/aacp"};

// "Audio/MPEG; charset=x" → "audio/mpeg"
std::string media_type(std::string_view field) {
  field = field.substr(0, field.find(';'));
  std::string type;
  for (const char c : field) {
    if (c != ' ' && c != '\t') type += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return type;
}

template <typename List>
bool is_in(const List& list, std::string_view type) {
  return std::find(list.begin(), list.end(), type) != list.end();
}

Result<void> judge_type(const std::string& field, const std::string& label) {
  const std::string type = media_type(field);
  if (is_in(kPlaylists, type))
    return fail(Code::kFailedPrecondition, "NOT_AUDIO", label + ": it is a playlist; load one of its addresses");
  if (type.empty() || type.starts_with("audio/") || is_in(kAudioElsewhere, type)) return {};
  return fail(Code::kFailedPrecondition, "NOT_AUDIO",
              label + ": the server sent " + printable(type, 100) + " instead of audio; check the address");
}

Result<void> judge_status(int status, const std::string& label) {
  const std::string said = label + ": HTTP " + std::to_string(status);
  const std::string reason = "HTTP_" + std::to_string(status);
  if (status == 200 || status == 206) return {};
  if (status == 401) return fail(Code::kUnauthenticated, reason, said + ", log in again");
  if (status == 403) return fail(Code::kPermissionDenied, reason, said + ", not allowed");
  if (status == 404) return fail(Code::kNotFound, reason, said + ", there is no such station, or it is off the air");
  if (status == 410) return fail(Code::kNotFound, reason, said + ", it is gone");
  if (status == 429) return fail(Code::kResourceExhausted, "RATE_LIMITED", said + ", too many requests");
  if (status >= 500) return fail(Code::kUnavailable, "HTTP_5XX", said + ", the server has trouble");
  if (status >= 400) return fail(Code::kFailedPrecondition, reason, said + ", the server refuses the request");
  return fail(Code::kUnavailable, "HTTP_PROTOCOL", said + " is no answer to what was asked");
}

}  // namespace

LiveAnswer judge_live(const net::HttpHead& head, const std::string& label, Nanoseconds wall) {
  LiveAnswer answer;
  answer.verdict = judge_status(head.status, label);
  if (head.status == 429 || head.status == 503)
    answer.retry_after = net::parse_retry_after(head.header("retry-after"), wall);
  if (!answer.verdict) return answer;
  answer.verdict = judge_type(head.header("content-type"), label);
  const std::string& interval = head.header("icy-metaint");
  const char* const end = interval.data() + interval.size();
  if (interval.empty() || !answer.verdict) return answer;
  const auto [parsed_to, error] = std::from_chars(interval.data(), end, answer.icy_interval);
  // A guess would play metadata as sound.
  if (error != std::errc() || parsed_to != end || answer.icy_interval < 0) {
    answer.verdict = fail(Code::kUnavailable, "HTTP_PROTOCOL",
                          label + ": icy-metaint is " + printable(interval, 40) + ", which is no number of bytes");
  }
  return answer;
}

}  // namespace segue::stream
