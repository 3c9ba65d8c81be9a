// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/net/http.h"

namespace segue::net {

// Makes an HttpHead of the lines of an answer, status line to empty line, as hostile as they may be. Interim answers
// (1xx) are passed over.
class AnswerHead {
 public:
  enum class State { kOpen, kComplete };
  // One line with or without its line end. Fails with RESOURCE_EXHAUSTED RESPONSE_TOO_LARGE beyond 64 KiB in all, and
  // with UNAVAILABLE NET_FAILED for what cannot be understood in one way only.
  Result<State> add(std::string_view line);
  const HttpHead& head() const { return head_; }
  HttpHead& head() { return head_; }
  // Of Content-Length; nothing without one.
  std::optional<std::int64_t> length() const { return length_; }

 private:
  void begin(std::string_view status_line);
  Result<void> add_field(std::string_view line);
  Result<void> check_framing(std::string_view name, const std::string& value);

  HttpHead head_;
  std::size_t bytes_ = 0;
  std::optional<std::int64_t> length_;
};

}  // namespace segue::net
