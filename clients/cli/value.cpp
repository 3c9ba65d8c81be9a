// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "clients/cli/text.h"

namespace segue::cli {
namespace {

constexpr double kKillDb = -96.0;  // the schema's full kill

std::string in_quotes(std::string_view text) { return "'" + one_line(text) + "'"; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool remove_suffix(std::string_view& text, std::string_view suffix) {
  if (suffix.empty() || text.size() < suffix.size()) return false;
  const std::string_view tail = text.substr(text.size() - suffix.size());
  const bool matches = std::equal(tail.begin(), tail.end(), suffix.begin(),
                                  [](char left, char right) { return lower(left) == lower(right); });
  if (matches) text.remove_suffix(suffix.size());
  return matches;
}

bool remove_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

template <typename T>
bool read_whole(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// A sign that says "from where it stands": +1 for "+=", −1 for "-=", 0 for neither.
int remove_step_sign(std::string_view& text) {
  if (remove_prefix(text, "+=")) return 1;
  return remove_prefix(text, "-=") ? -1 : 0;
}

Result<Step> step_from(std::string_view text, std::string_view what, std::string_view unit, std::string_view whole) {
  const int sign = remove_step_sign(text);
  remove_suffix(text, unit);
  const auto number = parse_number(text, what);
  const bool has_two_signs = sign != 0 && (text.starts_with('-') || text.starts_with('+'));
  if (!number || has_two_signs) {
    return bad_value(std::string(what) + " must be a number, or += or -= and a number to step, not " +
                     in_quotes(whole));
  }
  return Step{sign < 0 ? -*number : *number, sign != 0};
}

}  // namespace

Result<double> parse_number(std::string_view text, std::string_view what) {
  std::string_view digits = text;
  // from_chars knows no plus sign, and takes "inf" and "nan" for numbers.
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  double value = 0.0;
  if (!read_whole(digits, value) || !std::isfinite(value)) {
    return bad_value(std::string(what) + " must be a number, not " + in_quotes(text));
  }
  return value;
}

Result<std::uint32_t> parse_index(std::string_view text, std::string_view what) {
  std::uint32_t index = 0;
  if (!read_whole(text, index) || index == 0) {
    return bad_value(std::string(what) + " must be a whole number from 1, not " + in_quotes(text));
  }
  return index;
}

Result<std::uint64_t> parse_command_id(std::string_view text) {
  std::uint64_t id = 0;
  if (!read_whole(text, id) || id == 0) {
    return bad_value("ID must be the number that a scheduled command answered, not " + in_quotes(text));
  }
  return id;
}

Result<bool> parse_switch(std::string_view text) {
  if (text == "on") return true;
  if (text == "off") return false;
  return bad_value("say on or off, not " + in_quotes(text));
}

Result<Step> parse_step(std::string_view text, std::string_view what, std::string_view unit) {
  return step_from(text, what, unit, text);
}

Result<Step> parse_level(std::string_view text, std::string_view what) {
  if (text == "kill") return Step{kKillDb, false};
  return parse_step(text, what, "db");
}

Result<v1::SetEq::Band> parse_band(std::string_view text) {
  if (text == "low") return v1::SetEq::LOW;
  if (text == "mid") return v1::SetEq::MID;
  if (text == "high") return v1::SetEq::HIGH;
  return bad_value("band must be low, mid or high, not " + in_quotes(text));
}

Result<v1::Assign::Side> parse_side(std::string_view text) {
  if (text == "a") return v1::Assign::A;
  if (text == "b") return v1::Assign::B;
  if (text == "thru") return v1::Assign::THRU;
  return bad_value("side must be a, b or thru, not " + in_quotes(text));
}

Result<Tempo> parse_tempo(std::string_view text) {
  if (text == "reset") return Tempo{};
  std::string_view rest = text;
  const bool is_percent = remove_suffix(rest, "%");
  const bool is_bpm = !is_percent && remove_suffix(rest, "bpm");
  if (!is_percent && !is_bpm) {
    return bad_value("tempo must be like +3.5%, 128bpm, +=0.5% or reset, not " + in_quotes(text));
  }
  const auto step = step_from(rest, "tempo", {}, text);
  if (!step) return tl::unexpected(step.error());
  return Tempo{is_bpm ? Tempo::Unit::kBpm : Tempo::Unit::kPercent, *step};
}

Result<double> parse_time(std::string_view text, std::string_view what) {
  const auto refused = [&] {
    return bad_value(std::string(what) + " must be like 83.5s, 1:23.5 or 1:02:03, not " + in_quotes(text));
  };
  std::string_view rest = text;
  const bool has_unit = remove_suffix(rest, "s");
  double seconds = 0.0;
  for (int parts = 1;; ++parts) {
    const std::size_t colon = rest.find(':');
    const bool is_last = colon == std::string_view::npos;
    const std::string_view part = rest.substr(0, colon);
    const bool starts_with_digit = !part.empty() && part.front() >= '0' && part.front() <= '9';
    const auto value = parse_number(part, what);
    // Past the first, a part counts sixtieths; only the last has a fraction; a unit goes with a plain number alone.
    const bool is_sixtieth = parts == 1 || (value && *value < 60.0);
    const bool is_whole = is_last || part.find_first_not_of("0123456789") == std::string_view::npos;
    if (!value || !starts_with_digit || !is_sixtieth || !is_whole || parts > 3 || (has_unit && !is_last)) {
      return refused();
    }
    seconds = seconds * 60.0 + *value;
    if (is_last) return seconds;
    rest.remove_prefix(colon + 1);
  }
}

Result<Place> parse_place(std::string_view text) {
  std::string_view rest = text;
  if (remove_suffix(rest, "beats") || remove_suffix(rest, "beat")) {
    return bad_value("a jump by beats is not known to this version: say beat=17 for a beat, or +10s");
  }
  if (remove_prefix(rest, "beat=") || remove_prefix(rest, "beats=")) {
    const auto beat = parse_number(rest, "beat");
    if (!beat) return tl::unexpected(beat.error());
    return Beat{*beat};
  }
  if (remove_suffix(rest, "%")) {
    const auto percent = parse_number(rest, "part of the track");
    if (!percent) return tl::unexpected(percent.error());
    return Fraction{*percent / 100.0};
  }
  const bool is_back = rest.starts_with('-');
  const bool is_relative = is_back || rest.starts_with('+');
  if (is_relative) rest.remove_prefix(1);
  const auto seconds = parse_time(rest, "place");
  if (!seconds) {
    return bad_value("place must be like 83.5s, 1:23.5, 50%, beat=17 or +10s, not " + in_quotes(text));
  }
  if (is_relative) return SecondsBy{is_back ? -*seconds : *seconds};
  return Seconds{*seconds};
}

}  // namespace segue::cli
