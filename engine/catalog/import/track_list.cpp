// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/track_list.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/text.h"
#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/import/formats.h"
#include "engine/catalog/import/location.h"

namespace segue::catalog {
namespace {

using Row = std::pair<std::string_view, ListFormat>;

constexpr std::array<Row, 4> kEndings = {{
    {".m3u", ListFormat::kM3u},
    {".m3u8", ListFormat::kM3u8},
    {".pls", ListFormat::kPls},
    {".xspf", ListFormat::kXspf},
}};

constexpr std::array<Row, 8> kMimes = {{
    {"audio/x-mpegurl", ListFormat::kM3u},
    {"audio/mpegurl", ListFormat::kM3u},
    {"application/x-mpegurl", ListFormat::kM3u},
    {"application/mpegurl", ListFormat::kM3u},
    {"application/vnd.apple.mpegurl", ListFormat::kM3u8},
    {"audio/x-scpls", ListFormat::kPls},
    {"audio/scpls", ListFormat::kPls},
    {"application/xspf+xml", ListFormat::kXspf},
}};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return out;
}

}  // namespace

std::optional<ListFormat> list_format_of_path(std::string_view path) {
  const std::string name = lower(path.substr(0, path.find_first_of("?#")));
  for (const auto& [ending, format] : kEndings) {
    if (name.ends_with(ending)) return format;
  }
  return std::nullopt;
}

std::optional<ListFormat> list_format_of_mime(std::string_view content_type) {
  const std::string mime = lower(content_type.substr(0, content_type.find_first_of("; ")));
  for (const auto& [known, format] : kMimes) {
    if (mime == known) return format;
  }
  return std::nullopt;
}

Result<TrackList> read_track_list(std::string_view text, ListFormat format, const std::string& base) {
  if (text.size() > kTrackListBytesMax)
    return fail(Code::kInvalidArgument, "PLAYLIST_TOO_LARGE", "the playlist has more than 8 MiB");
  if (text.find('\0') != std::string_view::npos)
    return fail(Code::kInvalidArgument, "PLAYLIST_INVALID", "the playlist is not a text file");
  const bool has_mark = text.starts_with("\xef\xbb\xbf");
  if (has_mark) text.remove_prefix(3);
  switch (format) {
    case ListFormat::kM3u: return read_m3u(text, has_mark, base);
    case ListFormat::kM3u8: return read_m3u(text, true, base);
    case ListFormat::kPls: return read_pls(text, base);
    case ListFormat::kXspf: return read_xspf(text, base);
  }
  return fail(Code::kInvalidArgument, "PLAYLIST_INVALID", "the playlist's format is not known");
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  std::string_view line = text.substr(0, end);
  const bool is_pair = text.substr(end, 2) == "\r\n";
  text.remove_prefix(std::min(end + (is_pair ? 2 : 1), text.size()));
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t") - first + 1);
}

void add_track(TrackList& list, ListedTrack track, std::string_view location, const std::string& base) {
  std::optional<std::string> found =
      list.entries.size() < kTrackListEntriesMax ? locate(location, base, false) : std::nullopt;
  if (!found) {
    ++list.skipped;
    return;
  }
  track.location = std::move(*found);
  list.entries.push_back(std::move(track));
}

void set_names(ListedTrack& track, std::string_view text) {
  const std::string names = tidy(text);
  const std::size_t dash = names.find(" - ");
  track.title = dash == std::string::npos ? names : tidy(std::string_view(names).substr(dash + 3));
  track.artist = dash == std::string::npos ? "" : tidy(std::string_view(names).substr(0, dash));
}

}  // namespace segue::catalog
