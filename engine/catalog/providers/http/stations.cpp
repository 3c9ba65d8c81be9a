// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/http/stations.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

#include "engine/base/text.h"
#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/import/location.h"
#include "engine/catalog/providers/digest.h"

namespace segue::catalog {
namespace {

constexpr std::chrono::seconds kFreshFor{60};  // an edited list shows within a minute
constexpr std::size_t kVersionDigits = 16;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return out;
}

Result<TrackList> load_file(const std::string& path, const std::string& uri) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kTrackListBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.gcount() == 0 && !file.eof()))
    return fail(Code::kNotFound, "PLAYLIST_MISSING", printable(path) + ": the playlist cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  Result<TrackList> list = read_track_list(text, list_format_of_path(path).value_or(ListFormat::kM3u), uri);
  if (!list) return fail_at(printable(path), list.error());
  return list;
}

}  // namespace

Result<TrackList> Stations::load(const std::stop_token& stop) {
  if (const std::optional<std::string> path = path_of_file_uri(config_.url)) return load_file(*path, config_.url);
  const Result<WebAddress> address = read_web_address(config_.url);
  if (!address) return tl::unexpected(address.error());
  Result<WebContent> content = media_.look_at(*address, true, stop);
  if (!content) return tl::unexpected(content.error());
  if (content->kind != WebContent::Kind::kPlaylist)
    return fail(Code::kFailedPrecondition, "PLAYLIST_INVALID", address->label + ": this is no playlist");
  return std::move(content->list);
}

Result<StationList> Stations::read(const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    if (clock_.monotonic() < fresh_until_) return list_;
  }
  Result<TrackList> tracks = load(stop);
  if (!tracks) return fail_at(config_.name, tracks.error());
  StationList list;
  std::map<std::string, std::vector<model::HttpHeader>> headers;
  std::string all;
  for (const ListedTrack& track : tracks->entries) {
    const Result<WebAddress> address = read_web_address(track.location);
    if (!address) continue;
    Entry entry;
    entry.uri = entry.id = address->url;
    entry.provider = config_.name;
    entry.title = track.title.empty() ? address->file_name() : track.title;
    entry.artist = track.artist;
    entry.album = track.album;
    entry.duration_s = track.duration_s;
    entry.is_live = track.duration_s <= 0;
    if (!address->headers.empty()) headers[entry.id] = address->headers;
    all += entry.id + '\n' + entry.title + '\n';
    list.entries.push_back(std::move(entry));
  }
  list.title = tracks->title.empty() ? config_.name : tracks->title;
  list.version = sha256_hex(all).substr(0, kVersionDigits);
  const std::lock_guard lock(mutex_);
  list_ = list;
  headers_ = std::move(headers);
  fresh_until_ = clock_.monotonic() + kFreshFor;
  return list;
}

std::vector<model::HttpHeader> Stations::headers_of(const std::string& url, const std::stop_token& stop) {
  const Result<StationList> list = read(stop);
  const std::lock_guard lock(mutex_);
  const auto found = headers_.find(url);
  return list && found != headers_.end() ? found->second : std::vector<model::HttpHeader>();
}

void Stations::forget() {
  const std::lock_guard lock(mutex_);
  fresh_until_ = Nanoseconds{0};
}

std::vector<Entry> find_stations(const std::vector<Entry>& entries, const std::string& text, int offset, int limit) {
  std::vector<std::string> words;
  std::istringstream stream(lower(text));
  for (std::string word; stream >> word;) words.push_back(word);
  std::vector<Entry> found;
  for (const Entry& entry : entries) {
    const std::string all = lower(entry.title + '\n' + entry.artist + '\n' + entry.album + '\n' + entry.uri);
    const bool has_all =
        std::all_of(words.begin(), words.end(), [&](const auto& word) { return all.find(word) != std::string::npos; });
    if (!has_all || --offset >= 0) continue;
    if (found.size() == static_cast<std::size_t>(std::max(limit, 0))) break;
    found.push_back(entry);
  }
  return found;
}

}  // namespace segue::catalog
