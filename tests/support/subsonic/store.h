// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/subsonic/json_text.h"
#include "tests/support/subsonic/subsonic_server.h"

namespace segue::test {

// An error of the protocol.
struct SubsonicError {
  int code = 0;
  std::string message;
};

// What a method gives back: fields of the response, a file, or an error.
struct SubsonicReply {
  Json fields = Json::object();
  std::optional<SubsonicError> error{};
  std::optional<Response> file{};
};

inline SubsonicReply failed(int code, std::string message) {
  SubsonicReply reply;
  reply.error = SubsonicError{code, std::move(message)};
  return reply;
}

// The catalogue and what the methods do with it. One caller at a time.
class SubsonicStore {
 public:
  explicit SubsonicStore(SubsonicServer::Options options) : options_(std::move(options)) {}
  // Nothing if there is no such method.
  std::optional<SubsonicReply> call(const std::string& method, const Request& request);

  void add(SubsonicSong song) { songs_.push_back(std::move(song)); }
  void add(SubsonicPlaylist playlist);
  void add(SubsonicStation station) { stations_.push_back(std::move(station)); }
  void add_cover(const std::string& id, Response cover) { covers_[id] = std::move(cover); }
  void change_playlist(const std::string& id, std::vector<std::string> songs);
  const std::vector<SubsonicPlaylist>& playlists() const { return playlists_; }

 private:
  SubsonicReply search(const Request& request);
  SubsonicReply song(const Request& request);
  SubsonicReply file(const Request& request);
  SubsonicReply cover(const Request& request);
  SubsonicReply list_playlists();
  SubsonicReply playlist(const Request& request);
  SubsonicReply create_playlist(const Request& request);
  SubsonicReply update_playlist(const Request& request);
  SubsonicReply delete_playlist(const Request& request);
  SubsonicReply stations();
  SubsonicReply artists();
  SubsonicReply artist(const Request& request);
  SubsonicReply album(const Request& request);
  SubsonicReply album_list(const Request& request);
  SubsonicReply genres();
  SubsonicReply songs_of_genre(const Request& request);

  Json child(const SubsonicSong& song) const;
  Json album_of(const SubsonicSong& song) const;
  Json summary(const SubsonicPlaylist& playlist) const;
  Json with_entries(const SubsonicPlaylist& playlist) const;
  Json id(const std::string& text) const;
  Json list(std::vector<Json> items) const;
  std::string date(std::int64_t second) const;
  const SubsonicSong* find_song(const std::string& id) const;
  SubsonicPlaylist* find_playlist(const std::string& id);
  SubsonicReply refusal(const SubsonicPlaylist& playlist) const;

  SubsonicServer::Options options_;
  std::vector<SubsonicSong> songs_;
  std::vector<SubsonicPlaylist> playlists_;
  std::vector<SubsonicStation> stations_;
  std::map<std::string, Response> covers_;
  std::int64_t second_ = 0;  // goes on with every change, so that each has another date
  int next_playlist_ = 1000;
};

std::vector<std::string> values_of(const Request& request, const std::string& name);

}  // namespace segue::test
