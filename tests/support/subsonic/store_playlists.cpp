// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdlib>
#include <set>

#include "tests/support/subsonic/store.h"

namespace segue::test {

void SubsonicStore::add(SubsonicPlaylist playlist) {
  if (playlist.owner.empty()) playlist.owner = options_.user;
  playlist.changed = date(++second_);
  playlists_.push_back(std::move(playlist));
}

void SubsonicStore::change_playlist(const std::string& id, std::vector<std::string> songs) {
  SubsonicPlaylist* const found = find_playlist(id);
  if (!found) return;
  found->songs = std::move(songs);
  found->changed = date(++second_);
}

SubsonicPlaylist* SubsonicStore::find_playlist(const std::string& id) {
  const auto found = std::find_if(playlists_.begin(), playlists_.end(),
                                  [&](const SubsonicPlaylist& playlist) { return playlist.id == id; });
  return found == playlists_.end() ? nullptr : &*found;
}

SubsonicReply SubsonicStore::refusal(const SubsonicPlaylist& playlist) const {
  if (!options_.may_edit || playlist.owner != options_.user)
    return failed(50, options_.user + " is not authorized for the given operation");
  return {};
}

Json SubsonicStore::summary(const SubsonicPlaylist& playlist) const {
  double duration_s = 0;
  for (const std::string& song_id : playlist.songs)
    if (const SubsonicSong* song = find_song(song_id)) duration_s += song->duration_s;
  Json result{{"id", id(playlist.id)},
              {"name", playlist.name},
              {"owner", playlist.owner},
              {"public", false},
              {"songCount", playlist.songs.size()},
              {"duration", static_cast<std::int64_t>(duration_s)},
              {"created", date(0)}};
  if (!playlist.comment.empty()) result["comment"] = playlist.comment;
  if (options_.tells_changed) result["changed"] = playlist.changed;
  return result;
}

Json SubsonicStore::with_entries(const SubsonicPlaylist& playlist) const {
  Json result = summary(playlist);
  std::vector<Json> entries;
  for (const std::string& song_id : playlist.songs)
    if (const SubsonicSong* song = find_song(song_id)) entries.push_back(child(*song));
  if (!entries.empty()) result["entry"] = list(std::move(entries));
  return result;
}

SubsonicReply SubsonicStore::list_playlists() {
  std::vector<Json> all;
  for (const SubsonicPlaylist& playlist : playlists_) all.push_back(summary(playlist));
  Json result = Json::object();
  if (!all.empty()) result["playlist"] = list(std::move(all));
  return {.fields = {{"playlists", std::move(result)}}};
}

SubsonicReply SubsonicStore::playlist(const Request& request) {
  const auto wanted = request.parameter("id");
  if (!wanted) return failed(10, "Required parameter is missing: id");
  const SubsonicPlaylist* const found = find_playlist(*wanted);
  if (!found) return failed(70, "Playlist not found");
  return {.fields = {{"playlist", with_entries(*found)}}};
}

SubsonicReply SubsonicStore::create_playlist(const Request& request) {
  const auto wanted = request.parameter("playlistId");
  const auto name = request.parameter("name");
  if (!wanted && !name) return failed(10, "Required parameter is missing: name");
  const std::vector<std::string> songs = values_of(request, "songId");
  for (const std::string& song : songs)
    if (!find_song(song)) return failed(70, "Song not found");
  SubsonicPlaylist* target = nullptr;
  if (wanted) {
    target = find_playlist(*wanted);
    if (!target) return failed(70, "Playlist not found");
    if (auto refused = refusal(*target); refused.error) return refused;
    target->songs = songs;
    target->changed = date(++second_);
  } else {
    if (!options_.may_edit) return refusal({});
    add(SubsonicPlaylist{.id = std::to_string(next_playlist_++), .name = *name, .songs = songs});
    target = &playlists_.back();
  }
  if (!options_.tells_changed) return {};
  return {.fields = {{"playlist", with_entries(*target)}}};
}

SubsonicReply SubsonicStore::update_playlist(const Request& request) {
  SubsonicPlaylist* const target = find_playlist(request.parameter("playlistId").value_or(""));
  if (!target) return failed(70, "Playlist not found");
  if (auto refused = refusal(*target); refused.error) return refused;
  const std::vector<std::string> added = values_of(request, "songIdToAdd");
  for (const std::string& song : added)
    if (!find_song(song)) return failed(70, "Song not found");
  // Positions are of the list as it was; what is added comes after that, at the end.
  std::set<std::size_t> removed;
  for (const std::string& index : values_of(request, "songIndexToRemove"))
    removed.insert(std::strtoull(index.c_str(), nullptr, 10));
  std::vector<std::string> songs;
  for (std::size_t i = 0; i < target->songs.size(); ++i)
    if (!removed.contains(i)) songs.push_back(target->songs[i]);
  songs.insert(songs.end(), added.begin(), added.end());
  target->songs = std::move(songs);
  if (const auto name = request.parameter("name")) target->name = *name;
  if (const auto comment = request.parameter("comment")) target->comment = *comment;
  target->changed = date(++second_);
  return {};
}

SubsonicReply SubsonicStore::delete_playlist(const Request& request) {
  const SubsonicPlaylist* const target = find_playlist(request.parameter("id").value_or(""));
  if (!target) return failed(70, "Playlist not found");
  if (auto refused = refusal(*target); refused.error) return refused;
  playlists_.erase(playlists_.begin() + (target - playlists_.data()));
  return {};
}

}  // namespace segue::test
