// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "clients/cli/failure.h"
#include "segue/v1/command.pb.h"

// What the words of a command line mean. Pure functions: text in, value or a failure that names `what` out. Ranges are
// the daemon's business; a word is refused here only if it is not of its kind.
namespace segue::cli {

// A finite decimal number, "-3.5", "+.5", "1e-3".
Result<double> parse_number(std::string_view text, std::string_view what);

// A deck or a channel: a whole number from 1.
Result<std::uint32_t> parse_index(std::string_view text, std::string_view what);

// A command's id: a whole number from 1.
Result<std::uint64_t> parse_command_id(std::string_view text);

// "on" or "off".
Result<bool> parse_switch(std::string_view text);

// A value to set, or with "+=" and "-=" a step from where the control stands.
struct Step {
  double value = 0.0;
  bool is_relative = false;
};

// A number, "+=NUMBER" or "-=NUMBER", each perhaps followed by `unit` in any case ("db"; empty: none).
Result<Step> parse_step(std::string_view text, std::string_view what, std::string_view unit = {});

// As parse_step in decibels, or "kill".
Result<Step> parse_level(std::string_view text, std::string_view what);

Result<v1::SetEq::Band> parse_band(std::string_view text);
Result<v1::Assign::Side> parse_side(std::string_view text);

// "+3.5%" sets, "+=0.5%" steps; so do "128bpm" and "-=1bpm"; "reset" is 0 %.
struct Tempo {
  enum class Unit { kPercent, kBpm };
  Unit unit = Unit::kPercent;
  Step step;
};
Result<Tempo> parse_tempo(std::string_view text);

// Where to seek. Only SecondsBy needs to know where the deck is.
struct Seconds {
  double value = 0.0;
};
struct SecondsBy {
  double value = 0.0;
};
struct Beat {
  double value = 0.0;
};
struct Fraction {
  double value = 0.0;
};
using Place = std::variant<Seconds, SecondsBy, Beat, Fraction>;

// "83.5s", "83.5", "1:23.5", "1:02:03", "50%", "beat=17", and "+10s" or "-1:30" from where the deck is.
Result<Place> parse_place(std::string_view text);

// Seconds or a clock time without a sign: "83.5s", "83.5", "1:23.5", "1:02:03".
Result<double> parse_time(std::string_view text, std::string_view what);

}  // namespace segue::cli
