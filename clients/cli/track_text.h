// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "clients/cli/failure.h"
#include "segue/v1/track.pb.h"

namespace segue::cli {

// A track on a line: "Artist – Title  5:12  128 bpm  Am  flac 44.1 kHz 16 bit  segue://home/12"; the address last, so that it can be
// cut off by a script and pasted by a hand.
std::string track_line(const v1::Track& track);
// All that is known of it, a line each.
std::string track_details(const v1::Track& track);
// "home: connection refused" as a remark.
std::string outcome_line(const std::string& provider, const std::string& message);

// A whole number within bounds, for an option or a position.
Result<std::int64_t> parse_whole(const std::string& text, const std::string& what, std::int64_t low, std::int64_t high);

}  // namespace segue::cli
