// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/when.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include <google/protobuf/util/time_util.h>

#include "clients/cli/text.h"
#include "clients/cli/value.h"

namespace segue::cli {
namespace {

std::string in_quotes(std::string_view text) { return "'" + one_line(text) + "'"; }

Result<v1::When> parse_delay(std::string_view text) {
  const auto seconds = parse_time(text.substr(1), "delay");
  if (!seconds) return bad_value("a delay must be like +2.5s, not " + in_quotes(text));
  v1::When when;
  when.set_after_s(*seconds);
  return when;
}

Result<v1::When> parse_frame(std::string_view text) {
  const std::string_view digits = text.substr(text.find(':') + 1);
  std::int64_t frame = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), frame);
  if (error != std::errc() || end != digits.data() + digits.size() || frame < 0) {
    return bad_value("a frame must be like frame:480000, not " + in_quotes(text));
  }
  v1::When when;
  when.set_frame(frame);
  return when;
}

}  // namespace

Result<v1::When> parse_when(std::string_view text) {
  v1::When when;
  if (text == "now") {
    when.mutable_now();
    return when;
  }
  if (text.starts_with('+')) return parse_delay(text);
  if (text.starts_with("frame:")) return parse_frame(text);
  if (google::protobuf::util::TimeUtil::FromString(std::string(text), when.mutable_wall())) return when;
  const std::string_view moment = text.substr(std::min(text.find(':'), text.size()));
  if (moment.starts_with(":beat") || moment.starts_with(":bar") || moment.starts_with(":phrase")) {
    return bad_value("--at " + one_line(text) +
                     ": beats, bars and phrases are not known to this version: say now, +2.5s, frame:N or a time");
  }
  return bad_value("--at must be now, +2.5s, frame:480000 or a time like 2026-11-20T22:00:00Z, not " + in_quotes(text));
}

}  // namespace segue::cli
