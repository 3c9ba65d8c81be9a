// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/subsonic/store.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>

#include "tests/support/net/http_text.h"

namespace segue::test {
namespace {

constexpr int kDefaultCount = 20;  // of search3, as the protocol says

std::int64_t number(const Request& request, const std::string& name, std::int64_t otherwise) {
  const auto text = request.parameter(name);
  return text ? std::strtoll(text->c_str(), nullptr, 10) : otherwise;
}

std::string artist_id(const SubsonicSong& song) { return "ar-" + song.artist; }
std::string album_id(const SubsonicSong& song) { return "al-" + song.artist + "-" + song.album; }

bool is_match(const SubsonicSong& song, const std::string& query) {
  const std::string text = lower(song.title + " " + song.artist + " " + song.album);
  std::string rest = lower(query);
  while (!rest.empty()) {
    const std::string word = rest.substr(0, rest.find(' '));
    rest.erase(0, word.size() + 1);
    if (text.find(word) == std::string::npos) return false;
  }
  return true;
}

}  // namespace

std::vector<std::string> values_of(const Request& request, const std::string& name) {
  std::vector<std::string> values;
  for (const auto* fields : {&request.query, &request.form})
    for (const auto& [key, value] : *fields)
      if (key == name) values.push_back(value);
  return values;
}

std::optional<SubsonicReply> SubsonicStore::call(const std::string& method, const Request& request) {
  using Method = std::function<SubsonicReply()>;
  const std::map<std::string, Method> methods{
      {"ping", [] { return SubsonicReply{}; }},
      {"getLicense",
       [] {
         return SubsonicReply{.fields = {{"license", {{"valid", true}}}}};
       }},
      {"getMusicFolders",
       [&] {
         return SubsonicReply{.fields = {{"musicFolders", {{"musicFolder", list({{{"id", 1}, {"name", "Music"}}})}}}}};
       }},
      {"scrobble", [] { return SubsonicReply{}; }},
      {"search3", [&] { return search(request); }},
      {"getSong", [&] { return song(request); }},
      {"download", [&] { return file(request); }},
      {"stream", [&] { return file(request); }},
      {"getCoverArt", [&] { return cover(request); }},
      {"getPlaylists", [&] { return list_playlists(); }},
      {"getPlaylist", [&] { return playlist(request); }},
      {"createPlaylist", [&] { return create_playlist(request); }},
      {"updatePlaylist", [&] { return update_playlist(request); }},
      {"deletePlaylist", [&] { return delete_playlist(request); }},
      {"getInternetRadioStations", [&] { return stations(); }},
      {"getArtists", [&] { return artists(); }},
      {"getArtist", [&] { return artist(request); }},
      {"getAlbum", [&] { return album(request); }},
      {"getAlbumList2", [&] { return album_list(request); }},
      {"getGenres", [&] { return genres(); }},
      {"getSongsByGenre", [&] { return songs_of_genre(request); }},
  };
  const auto found = methods.find(method);
  if (found == methods.end()) return std::nullopt;
  return found->second();
}

Json SubsonicStore::id(const std::string& text) const {
  const bool is_number = !text.empty() && text.size() < 16 && text.find_first_not_of("0123456789") == std::string::npos;
  if (options_.tells_ids_as_numbers && is_number) return std::strtoll(text.c_str(), nullptr, 10);
  return text;
}

Json SubsonicStore::list(std::vector<Json> items) const {
  if (options_.tells_single_as_object && items.size() == 1) return items[0];
  return items;
}

std::string SubsonicStore::date(std::int64_t second) const {
  char text[40];
  std::snprintf(text, sizeof text, "2026-11-20T%02d:%02d:%02d%s", static_cast<int>(second / 3600 % 24),
                static_cast<int>(second / 60 % 60), static_cast<int>(second % 60),
                options_.tells_dates_without_zone ? "" : "Z");
  return text;
}

const SubsonicSong* SubsonicStore::find_song(const std::string& id) const {
  const auto found = std::find_if(songs_.begin(), songs_.end(), [&](const SubsonicSong& one) { return one.id == id; });
  return found == songs_.end() ? nullptr : &*found;
}

Json SubsonicStore::child(const SubsonicSong& song) const {
  Json child{{"id", id(song.id)},
             {"isDir", false},
             {"title", song.title},
             {"artist", song.artist},
             {"artistId", artist_id(song)},
             {"album", song.album},
             {"albumId", album_id(song)},
             {"duration", static_cast<std::int64_t>(song.duration_s + 0.5)},
             {"suffix", song.suffix},
             {"contentType", song.mime},
             {"size", song.bytes.size()},
             {"created", date(0)},
             {"type", "music"}};
  if (!song.genre.empty()) child["genre"] = song.genre;
  if (song.year) child["year"] = song.year;
  if (song.track) child["track"] = song.track;
  if (!song.cover_art.empty()) child["coverArt"] = id(song.cover_art);
  if (song.bitrate_kbps) child["bitRate"] = options_.tells_bits_per_s ? song.bitrate_kbps * 1000 : song.bitrate_kbps;
  if (!options_.is_open) return child;
  if (song.bpm) child["bpm"] = song.bpm;
  if (!song.isrc.empty()) child["isrc"] = song.isrc;
  if (!song.musicbrainz_id.empty()) child["musicBrainzId"] = song.musicbrainz_id;
  if (song.sample_rate_hz) child["samplingRate"] = song.sample_rate_hz;
  if (song.bits) child["bitDepth"] = song.bits;
  if (song.track_gain_db != 0) child["replayGain"] = {{"trackGain", song.track_gain_db}, {"trackPeak", 0.98}};
  return child;
}

SubsonicReply SubsonicStore::search(const Request& request) {
  const auto query = request.parameter("query");
  if (!query) return failed(10, "Required parameter is missing: query");
  const std::string text = *query == "\"\"" ? "" : *query;  // clients in the field send the quotes for all
  const std::int64_t offset = number(request, "songOffset", 0);
  const std::int64_t asked = number(request, "songCount", kDefaultCount);
  const auto count = static_cast<std::size_t>(std::clamp<std::int64_t>(asked, 0, std::int64_t(options_.page_max)));
  std::vector<Json> found;
  std::int64_t matches = 0;
  for (const SubsonicSong& song : songs_) {
    if (!is_match(song, text) || matches++ < offset) continue;
    if (found.size() >= count) break;
    found.push_back(child(song));
  }
  Json result = Json::object();
  if (!found.empty()) result["song"] = list(std::move(found));
  return {.fields = {{"searchResult3", std::move(result)}}};
}

SubsonicReply SubsonicStore::song(const Request& request) {
  const auto wanted = request.parameter("id");
  if (!wanted) return failed(10, "Required parameter is missing: id");
  const SubsonicSong* found = find_song(*wanted);
  if (!found) return failed(70, "Song not found");
  return {.fields = {{"song", child(*found)}}};
}

SubsonicReply SubsonicStore::file(const Request& request) {
  const auto wanted = request.parameter("id");
  if (!wanted) return failed(10, "Required parameter is missing: id");
  const SubsonicSong* found = find_song(*wanted);
  if (!found) return failed(70, "Song not found");
  Response response{.body = found->bytes, .mime = found->mime};
  response.etag = "\"song-" + found->id + "\"";
  response.last_modified = "Fri, 20 Nov 2026 12:00:00 GMT";
  response.has_ranges = true;
  SubsonicReply reply;
  reply.file = std::move(response);
  return reply;
}

SubsonicReply SubsonicStore::cover(const Request& request) {
  const auto wanted = request.parameter("id");
  if (!wanted) return failed(10, "Required parameter is missing: id");
  const auto found = covers_.find(*wanted);
  if (found == covers_.end()) return failed(70, "Cover art not found");
  SubsonicReply reply;
  reply.file = found->second;
  return reply;
}

SubsonicReply SubsonicStore::stations() {
  std::vector<Json> all;
  for (const SubsonicStation& station : stations_)
    all.push_back({{"id", id(station.id)}, {"name", station.name}, {"streamUrl", station.stream_url}});
  Json result = Json::object();
  if (!all.empty()) result["internetRadioStation"] = list(std::move(all));
  return {.fields = {{"internetRadioStations", std::move(result)}}};
}

Json SubsonicStore::album_of(const SubsonicSong& song) const {
  const auto count = std::count_if(songs_.begin(), songs_.end(),
                                   [&](const SubsonicSong& other) { return album_id(other) == album_id(song); });
  return {{"id", album_id(song)},        {"name", song.album}, {"artist", song.artist},
          {"artistId", artist_id(song)}, {"songCount", count}, {"created", date(0)}};
}

SubsonicReply SubsonicStore::artists() {
  std::map<std::string, std::set<std::string>> albums;
  for (const SubsonicSong& song : songs_) albums[song.artist].insert(song.album);
  std::map<std::string, std::vector<Json>> letters;
  for (const auto& [name, of_artist] : albums)
    letters[name.substr(0, 1)].push_back({{"id", "ar-" + name}, {"name", name}, {"albumCount", of_artist.size()}});
  std::vector<Json> index;
  for (auto& [letter, names] : letters) index.push_back({{"name", letter}, {"artist", list(std::move(names))}});
  return {.fields = {{"artists", {{"ignoredArticles", "The"}, {"index", list(std::move(index))}}}}};
}

SubsonicReply SubsonicStore::artist(const Request& request) {
  const std::string wanted = request.parameter("id").value_or("");
  std::map<std::string, Json> albums;
  std::string name;
  for (const SubsonicSong& song : songs_) {
    if (artist_id(song) != wanted) continue;
    name = song.artist;
    albums.emplace(song.album, album_of(song));
  }
  if (albums.empty()) return failed(70, "Artist not found");
  std::vector<Json> all;
  for (auto& [title, album] : albums) all.push_back(std::move(album));
  return {.fields = {{"artist", {{"id", wanted}, {"name", name}, {"album", list(std::move(all))}}}}};
}

SubsonicReply SubsonicStore::album(const Request& request) {
  const std::string wanted = request.parameter("id").value_or("");
  Json album;
  std::vector<Json> songs;
  for (const SubsonicSong& song : songs_) {
    if (album_id(song) != wanted) continue;
    if (songs.empty()) album = album_of(song);
    songs.push_back(child(song));
  }
  if (songs.empty()) return failed(70, "Album not found");
  album["song"] = list(std::move(songs));
  return {.fields = {{"album", std::move(album)}}};
}

SubsonicReply SubsonicStore::album_list(const Request& request) {
  if (!request.parameter("type")) return failed(10, "Required parameter is missing: type");
  const std::int64_t offset = number(request, "offset", 0);
  const std::int64_t count = number(request, "size", 10);
  std::map<std::string, Json> albums;
  for (const SubsonicSong& song : songs_) albums.emplace(album_id(song), album_of(song));
  std::vector<Json> page;
  std::int64_t index = 0;
  for (auto& [key, album] : albums)
    if (index++ >= offset && static_cast<std::int64_t>(page.size()) < count) page.push_back(std::move(album));
  Json result = Json::object();
  if (!page.empty()) result["album"] = list(std::move(page));
  return {.fields = {{"albumList2", std::move(result)}}};
}

SubsonicReply SubsonicStore::genres() {
  std::map<std::string, int> counts;
  for (const SubsonicSong& song : songs_)
    if (!song.genre.empty()) ++counts[song.genre];
  std::vector<Json> all;
  for (const auto& [genre, count] : counts) all.push_back({{"value", genre}, {"songCount", count}, {"albumCount", 1}});
  Json result = Json::object();
  if (!all.empty()) result["genre"] = list(std::move(all));
  return {.fields = {{"genres", std::move(result)}}};
}

SubsonicReply SubsonicStore::songs_of_genre(const Request& request) {
  const auto genre = request.parameter("genre");
  if (!genre) return failed(10, "Required parameter is missing: genre");
  const std::int64_t offset = number(request, "offset", 0);
  const std::int64_t count = number(request, "count", 10);
  std::vector<Json> page;
  std::int64_t index = 0;
  for (const SubsonicSong& song : songs_)
    if (song.genre == *genre && index++ >= offset && static_cast<std::int64_t>(page.size()) < count)
      page.push_back(child(song));
  Json result = Json::object();
  if (!page.empty()) result["song"] = list(std::move(page));
  return {.fields = {{"songsByGenre", std::move(result)}}};
}

}  // namespace segue::test
