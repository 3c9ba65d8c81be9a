// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/track_text.h"

#include <charconv>
#include <cstdio>

#include "clients/cli/progress.h"
#include "clients/cli/status_text.h"
#include "clients/cli/text.h"

namespace segue::cli {
namespace {

std::string name_of(const v1::Track& track) {
  std::string name = one_line(track.artist());
  if (!name.empty() && !track.title().empty()) name += " – ";
  name += one_line(track.title());
  return name.empty() ? one_line(track.uri()) : name;
}

std::string length_of(const v1::Track& track) {
  if (track.live()) return "live";
  if (track.duration_s() <= 0) return "–";
  const std::string text = clock_text(track.duration_s());
  return text.substr(0, text.size() - 2);
}

// "128 bpm", "87.46 bpm": what an analysis says exactly, without its noise.
std::string tempo_text(double bpm) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f", bpm);
  std::string digits = text;
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return digits + " bpm";
}

// "#ff8800"; empty for none.
std::string color_text(std::uint32_t color) {
  char text[16];
  std::snprintf(text, sizeof(text), "#%06x", static_cast<unsigned>(color));
  return color > 0 ? text : std::string();
}

std::string stars(std::uint32_t rating) {
  std::string text;
  for (std::uint32_t i = 0; i < rating && i < 5; ++i) text += "★";
  return text;
}

}  // namespace

std::string track_line(const v1::Track& track) {
  std::string line = name_of(track) + "  " + length_of(track);
  if (track.bpm() > 0) line += "  " + tempo_text(track.bpm());
  if (!track.key().empty()) line += "  " + one_line(track.key());
  if (track.rating() > 0) line += "  " + stars(track.rating());
  if (!track.quality().empty()) line += "  " + one_line(track.quality());
  if (!track.available()) line += "  (" + one_line(track.reason()) + ")";
  return line + "  " + one_line(track.uri()) + "\n";
}

std::string track_details(const v1::Track& track) {
  std::string text;
  constexpr std::size_t kNameColumns = 14;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += padded(name, kNameColumns) + one_line(value) + "\n";
  };
  const auto number = [](double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof(buffer), "%g", value);
    return value > 0 ? std::string(buffer) : std::string();
  };
  add("title", track.title());
  add("artist", track.artist());
  add("album", track.album());
  add("album artist", track.album_artist());
  add("track", number(track.track_number()));
  add("year", number(track.year()));
  add("genre", track.genre());
  add("length", length_of(track));
  add("bpm", number(track.bpm()));
  add("key", track.key());
  add("rating", track.rating() > 0 ? number(track.rating()) + " of 5" : std::string());
  add("colour", color_text(track.color()));
  add("quality", track.quality());
  add("size", track.size_bytes() > 0 ? bytes_text(track.size_bytes()) : std::string());
  add("isrc", track.isrc());
  add("musicbrainz", track.musicbrainz_id());
  add("artwork", track.has_artwork() ? "yes" : "");
  add("provider", track.provider());
  add("available", track.available() ? "yes" : "no: " + track.reason());
  add("uri", track.uri());
  return text;
}

std::string outcome_line(const std::string& provider, const std::string& message) {
  const std::string text = one_line(message);
  return "segue: " + (text.starts_with(provider + ":") ? text : one_line(provider) + ": " + text) + "\n";
}

Result<std::int64_t> parse_whole(const std::string& text, const std::string& what, std::int64_t low,
                                 std::int64_t high) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= low && value <= high) return value;
  return bad_value(what + " must be a whole number from " + std::to_string(low) + " to " + std::to_string(high) +
                   ", not '" + one_line(text) + "'");
}

}  // namespace segue::cli
