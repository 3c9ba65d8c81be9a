// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/net/http.h"

namespace segue::stream {

// What the head of a live source's answer says.
struct LiveAnswer {
  Result<void> verdict;           // may it be played
  std::int64_t icy_interval = 0;  // bytes of audio between two blocks of metadata; 0: none
  std::optional<std::chrono::seconds> retry_after;
};

// Fails with NOT_FOUND HTTP_404, UNAUTHENTICATED HTTP_401 and so on, as Fetcher::open does; FAILED_PRECONDITION
// NOT_AUDIO for a document or a playlist. No type, or octets, counts as audio: old servers say nothing. Pure.
LiveAnswer judge_live(const net::HttpHead& head, const std::string& label, Nanoseconds wall);

}  // namespace segue::stream
