// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace segue::catalog {

inline constexpr std::size_t kTrackListEntriesMax = 16'384;  // an archive's M3U; beyond, entries are counted as skipped
inline constexpr std::size_t kTrackListBytesMax = 8 << 20;   // 512 bytes an entry

// A track as a playlist file names it.
struct ListedTrack {
  std::string location;  // file:///…, http(s)://… (user information as the file has it) or segue://…
  std::string title;
  std::string artist;
  std::string album;
  double duration_s = 0;  // 0: not known, or endless
};

struct TrackList {
  std::string title;
  std::vector<ListedTrack> entries;
  int skipped = 0;  // entries left out: of an unknown scheme, too many, unreadable, out of bounds
};

enum class ListFormat { kM3u, kM3u8, kPls, kXspf };

// By the end of a path or address, or by a Content-Type; nothing if it is no playlist.
std::optional<ListFormat> list_format_of_path(std::string_view path);
std::optional<ListFormat> list_format_of_mime(std::string_view content_type);

// A file in one of the formats. `base` is where it came from, file:///… or http(s)://…: relative entries are below it,
// and a list from the network names no local files. Fails with INVALID_ARGUMENT PLAYLIST_INVALID or PLAYLIST_TOO_LARGE,
// or UNIMPLEMENTED UNSUPPORTED_MEDIA for HLS, which has the same name and is not a list of tracks.
Result<TrackList> read_track_list(std::string_view text, ListFormat format, const std::string& base);

// UTF-8, one line an entry; what a reader would take for something else is made harmless.
std::string write_m3u8(const TrackList& list);
std::string write_xspf(const TrackList& list);

}  // namespace segue::catalog
