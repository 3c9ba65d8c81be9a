// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic/songs.h"

#include <algorithm>
#include <array>

#include "engine/catalog/provider.h"
#include "engine/model/config.h"

namespace segue::catalog::opensubsonic {
namespace {

constexpr double kBpmMax = 1'000;
constexpr std::int64_t kYearMax = 9'999;
constexpr std::int64_t kTracksMax = 1'000'000;
constexpr std::int64_t kBitrateMax = 100'000'000;  // bit/s; 24 bit, 192 kHz and 8 channels are 37 Mbit/s
constexpr std::int64_t kRateMax = 1'000'000;
constexpr std::int64_t kSizeMax = std::int64_t{1} << 50;
// No song has 5 Mbit/s, and none less than 5 kbit/s: a greater value is in bit/s, as supysonic tells it.
constexpr std::int64_t kBitrateKbpsMax = 5'000;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return text;
}

std::string either(std::string first, std::string second) { return first.empty() ? second : first; }

bool is_lossless(const std::string& codec) {
  static constexpr std::array<std::string_view, 8> kNames = {"flac", "wav", "aiff", "aif", "alac", "ape", "wv", "tta"};
  return std::find(kNames.begin(), kNames.end(), codec) != kNames.end();
}

// A string in Subsonic, a list in OpenSubsonic. "GB-AYE-06-01498" → "GBAYE0601498"; nothing if it is no ISRC.
std::string isrc_of(const Json& child) {
  for (const Json* member : list_of(child, "isrc")) {
    if (!member->is_string()) continue;
    std::string isrc;
    for (const char c : member->get_ref<const std::string&>()) {
      if (c >= 'a' && c <= 'z') isrc += static_cast<char>(c - 32);
      if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) isrc += c;
    }
    if (isrc.size() == 12) return isrc;
  }
  return {};
}

std::string musicbrainz_of(const Json& child) {
  const std::string id = lower(text_of(child, "musicBrainzId"));
  const bool is_uuid = id.size() == 36 && id.find_first_not_of("0123456789abcdef-") == std::string::npos;
  return is_uuid ? id : "";
}

// A string in Subsonic; OpenSubsonic has a list of objects with names besides.
std::string genre_of(const Json& child) {
  const std::string genre = text_of(child, "genre");
  if (!genre.empty()) return genre;
  const std::vector<const Json*> genres = list_of(child, "genres");
  return genres.empty() ? "" : text_of(*genres.front(), "name");
}

std::string title_of(const Json& child, const std::string& id) {
  const std::string title = text_of(child, "title");
  if (!title.empty()) return title;
  const std::string path = either(text_of(child, "path"), text_of(child, "name"));
  return either(path.substr(path.rfind('/') + 1), id);
}

}  // namespace

std::optional<Entry> entry_of(const std::string& provider, const Json& child) {
  Entry entry;
  entry.id = id_of(child, "id");
  if (entry.id.empty() || flag_of(child, "isDir", false) || flag_of(child, "isVideo", false)) return std::nullopt;
  entry.provider = provider;
  entry.uri = uri_of(provider, entry.id);
  entry.title = title_of(child, entry.id);
  entry.artist = either(text_of(child, "displayArtist"), text_of(child, "artist"));
  entry.album = text_of(child, "album");
  entry.album_artist = text_of(child, "displayAlbumArtist");
  entry.genre = genre_of(child);
  entry.year = static_cast<int>(integer_of(child, "year", kYearMax));
  entry.track_number = static_cast<int>(integer_of(child, "track", kYearMax));
  entry.duration_s = number_of(child, "duration", model::kTrackSecondsMax);
  entry.bpm = number_of(child, "bpm", kBpmMax);
  entry.isrc = isrc_of(child);
  entry.musicbrainz_id = musicbrainz_of(child);
  entry.codec = lower(text_of(child, "suffix"));
  const std::int64_t bitrate = integer_of(child, "bitRate", kBitrateMax);
  entry.bitrate_kbps = static_cast<int>(bitrate > kBitrateKbpsMax ? bitrate / 1000 : bitrate);
  entry.sample_rate_hz = static_cast<int>(integer_of(child, "samplingRate", kRateMax));
  if (is_lossless(entry.codec)) entry.bits = static_cast<int>(integer_of(child, "bitDepth", 64));
  entry.size_bytes = integer_of(child, "size", kSizeMax);
  entry.artwork = id_of(child, "coverArt");
  entry.added_at_s = unix_time_of(text_of(child, "created"));
  return entry;
}

std::vector<Entry> entries_of(const std::string& provider, const std::vector<const Json*>& children, int* skipped) {
  std::vector<Entry> entries;
  entries.reserve(children.size());
  for (const Json* child : children) {
    std::optional<Entry> entry = entry_of(provider, *child);
    if (entry) {
      entries.push_back(std::move(*entry));
    } else if (skipped != nullptr) {
      ++*skipped;
    }
  }
  return entries;
}

std::optional<Entry> station_of(const std::string& provider, const Json& station) {
  Entry entry;
  const std::string id = id_of(station, "id");
  const std::string address = id_of(station, "streamUrl");
  if (id.empty() || address.empty()) return std::nullopt;
  entry.provider = provider;
  entry.id = kStationPrefix + id;
  entry.uri = uri_of(provider, entry.id);
  entry.title = either(text_of(station, "name"), id);
  entry.is_live = true;
  return entry;
}

std::optional<Playlist> playlist_of(const std::string& provider, const std::string& user, const Json& playlist) {
  Playlist result;
  result.id = id_of(playlist, "id");
  if (result.id.empty()) return std::nullopt;
  result.provider = provider;
  result.name = either(text_of(playlist, "name"), result.id);
  result.comment = text_of(playlist, "comment");
  result.owner = text_of(playlist, "owner");
  result.tracks = static_cast<int>(integer_of(playlist, "songCount", kTracksMax));
  result.duration_s = number_of(playlist, "duration", 1e9);
  const bool is_own = result.owner.empty() || user.empty() || lower(result.owner) == lower(user);
  result.is_editable = is_own && !flag_of(playlist, "readonly", false);
  result.changed_at_s = unix_time_of(text_of(playlist, "changed"));
  return result;
}

}  // namespace segue::catalog::opensubsonic
