// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <cstdlib>

#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/import/formats.h"
#include "engine/model/config.h"

namespace segue::catalog {
namespace {

bool take_prefix(std::string_view& line, std::string_view prefix) {
  if (!line.starts_with(prefix)) return false;
  line.remove_prefix(prefix.size());
  return true;
}

bool is_hls(std::string_view line) {
  return line.starts_with("#EXT-X-TARGETDURATION") || line.starts_with("#EXT-X-STREAM-INF") ||
         line.starts_with("#EXT-X-MEDIA-SEQUENCE");
}

// "123,Artist - Title", "-1 tvg-logo=\"a,b\",Title".
void read_extinf(std::string_view line, ListedTrack& track) {
  bool is_quoted = false;
  std::size_t comma = 0;
  while (comma < line.size() && (is_quoted || line[comma] != ',')) is_quoted ^= line[comma++] == '"';
  const double seconds = std::strtod(std::string(line.substr(0, 24)).c_str(), nullptr);
  if (std::isfinite(seconds) && seconds > 0 && seconds <= model::kTrackSecondsMax) track.duration_s = seconds;
  if (comma < line.size()) set_names(track, line.substr(comma + 1));
}

std::string plain(const std::string& text) { return tidy(text, 4 * kForeignTextBytesMax); }

}  // namespace

Result<TrackList> read_m3u(std::string_view text, bool is_utf8_promised, const std::string& base) {
  std::string converted;
  if (!is_utf8_promised && !is_utf8(text)) {
    converted = utf8_of_latin1(text);
    text = converted;
  }
  TrackList list;
  ListedTrack track;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    if (line.empty()) continue;
    if (is_hls(line)) {
      return fail(Code::kUnimplemented, "UNSUPPORTED_MEDIA",
                  "this is an HLS stream (segments in an M3U8), which cannot be played");
    }
    if (take_prefix(line, "#EXTINF:")) {
      read_extinf(line, track);
    } else if (take_prefix(line, "#EXTART:")) {
      track.artist = tidy(line);
    } else if (take_prefix(line, "#EXTALB:") || take_prefix(line, "#EXTALT:")) {
      track.album = tidy(line);
    } else if (take_prefix(line, "#PLAYLIST:")) {
      list.title = tidy(line);
    } else if (!line.starts_with('#')) {
      add_track(list, std::move(track), line, base);
      track = {};
    }
  }
  return list;
}

std::string write_m3u8(const TrackList& list) {
  std::string text = "#EXTM3U\n";
  if (!list.title.empty()) text += "#PLAYLIST:" + plain(list.title) + "\n";
  for (const ListedTrack& track : list.entries) {
    const std::string location = plain(track.location);
    if (location.empty() || location.starts_with('#')) continue;
    const long seconds = track.duration_s > 0 ? std::lround(track.duration_s) : -1;
    text += "#EXTINF:" + std::to_string(seconds) + "," + plain(track.artist) + (track.artist.empty() ? "" : " - ") +
            plain(track.title) + "\n";
    if (!track.album.empty()) text += "#EXTALB:" + plain(track.album) + "\n";
    text += location + "\n";
  }
  return text;
}

}  // namespace segue::catalog
