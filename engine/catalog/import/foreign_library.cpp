// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/foreign_library.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/base/text.h"
#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/import/location.h"
#include "engine/model/config.h"
#include "engine/net/url.h"

namespace segue::catalog {
namespace {

constexpr std::size_t kNumberBytesMax = 64;            // more digits than a double has

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool has_drive(std::string_view path) {
  return path.size() > 2 && is_letter(path[0]) && path[1] == ':' && (path[2] == '/' || path[2] == '\\');
}

std::string with_slashes(std::string_view path) {
  std::string out(path);
  std::replace(out.begin(), out.end(), '\\', '/');
  return out;
}

// file:// and the path, whose drive keeps its colon.
std::string uri_of_path(const std::string& path) {
  if (!has_drive(path)) return file_uri_of(path);
  return "file:///" + path.substr(0, 2) + file_uri_of(path.substr(2)).substr(std::string_view("file://").size());
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// What follows file://localhost or file://, with a slash in front.
std::optional<std::string> path_of_foreign_uri(std::string_view uri) {
  std::optional<std::string> path = path_of_file_uri(uri);
  if (!path) {  // written without escapes, where a "%" is just one
    const std::size_t slash = uri.find('/', std::string_view("file://").size());
    if (slash == std::string_view::npos) return std::nullopt;
    path = std::string(uri.substr(slash));
  }
  if (has_drive(std::string_view(*path).substr(1))) path->erase(0, 1);
  return path;
}

}  // namespace

void ForeignLibrary::skip(std::string_view what, std::string_view name, std::string_view reason) {
  ++skipped_count;
  if (skipped.size() >= kForeignSkippedNamedMax) return;
  skipped.push_back({tidy(what), tidy(name), tidy(reason)});
}

void ForeignLibrary::add(ForeignTrack track) {
  if (is_over()) return;
  if (count() >= kForeignTracksMax) {
    fault = Error{Code::kResourceExhausted, "LIBRARY_FILE_TOO_LARGE",
                  "there are more than 1,000,000 tracks; what comes behind was not read"};
    return;
  }
  tracks.push_back(std::move(track));
  if (!take || tracks.size() < kForeignTracksAtOnce) return;
  if (const Result<void> done = finish(); !done) refusal = done.error();
}

void ForeignLibrary::add_entry(ForeignPlaylist& playlist, std::optional<std::size_t> track, std::string_view name) {
  if (!track) {
    return skip("playlist entry", playlist.name, "track \"" + printable(name, 100) + "\" is not in the collection");
  }
  if (is_over()) return;
  if (++entries > kForeignEntriesMax) {
    fault = Error{Code::kResourceExhausted, "LIBRARY_FILE_TOO_LARGE",
                  "its playlists have more than 4,000,000 entries; what comes behind was not read"};
    return;
  }
  playlist.tracks.push_back(*track);
}

Result<void> ForeignLibrary::finish() {
  if (refusal) return tl::unexpected<Error>(*refusal);
  if (!take || tracks.empty()) return {};
  const std::size_t held = tracks.size();
  const Result<void> done = take(*this);
  tracks.clear();
  first += held;
  return done;
}

std::optional<std::string> foreign_location(std::string_view text) {
  if (text.empty() || text.size() > model::kUriBytesMax) return std::nullopt;
  if (std::any_of(text.begin(), text.end(), is_control)) return std::nullopt;
  std::string location;
  if (text.starts_with("http://") || text.starts_with("https://")) {
    const Result<net::Url> url = net::parse_url(text);
    if (!url) return std::nullopt;
    location = url->text();
  } else if (text.starts_with("segue://")) {
    if (text.find(' ') != std::string_view::npos || !is_utf8(text)) return std::nullopt;
    location = text;
  } else if (text.starts_with("file://")) {
    const std::optional<std::string> path = path_of_foreign_uri(text);
    if (!path || std::any_of(path->begin(), path->end(), is_control)) return std::nullopt;
    location = uri_of_path(*path);
  } else if (has_drive(text) || text.starts_with("\\\\")) {
    location = uri_of_path(with_slashes(text));
  } else if (text.starts_with('/')) {
    location = uri_of_path(std::string(text));
  }
  if (location.empty() || location.size() > model::kUriBytesMax) return std::nullopt;
  return location;
}

std::optional<double> foreign_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.size() > kNumberBytesMax) return std::nullopt;
  std::string digits(text);
  const auto comma = digits.find(',');
  if (comma != std::string::npos && digits.find('.') == std::string::npos) digits[comma] = '.';
  double value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (fault != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool is_mark_time(double seconds) { return seconds >= 0 && seconds <= model::kTrackSecondsMax; }
bool is_grid_bpm(double bpm) { return bpm >= model::kGridBpmMin && bpm <= model::kGridBpmMax; }

}  // namespace segue::catalog
