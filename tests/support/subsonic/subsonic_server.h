// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/net/fault_server.h"

namespace segue::test {

struct SubsonicSong {
  std::string id;
  std::string title;
  std::string artist;
  std::string album;
  std::string genre{};
  int year = 0;
  int track = 0;
  double duration_s = 0;
  int bitrate_kbps = 0;
  std::string suffix = "mp3";
  std::string mime = "audio/mpeg";
  int bpm = 0;
  std::vector<std::string> isrc{};
  std::string musicbrainz_id{};
  int sample_rate_hz = 0;
  int bits = 0;
  double track_gain_db = 0;  // 0: no replayGain
  std::string cover_art{};   // id; empty: none
  std::string bytes{};       // the file
};

struct SubsonicPlaylist {
  std::string id;
  std::string name;
  std::string comment{};
  std::string owner{};  // empty: the user
  std::vector<std::string> songs{};
  std::string changed{};  // set by the server with every change
};

struct SubsonicStation {
  std::string id;
  std::string name;
  std::string stream_url;
};

// A Subsonic server of the making that `Options` says: by default an OpenSubsonic one of today, with every way to log
// in. Keeps its catalogue in memory; playlists can be edited. Songs are files with ranges. Any thread.
class SubsonicServer {
 public:
  struct Options {
    std::string user = "dj";
    std::string password = "sesame";
    std::string api_key = "key-1";
    std::string version = "1.16.1";
    bool has_api_key = true;              // extension apiKeyAuthentication; without it the parameter is unknown
    bool has_token = true;                // t and s; else error `token_refusal`
    int token_refusal = 41;               // 10 of supysonic, 41, or 42
    bool has_password = true;             // p; else error 42
    bool is_open = true;                  // OpenSubsonic; else its extensions and fields are missing
    bool has_form_post = true;            // extension formPost; without it the parameters of a POST are not seen
    bool wants_old_clients = false;       // error 30 for a `v` above `version`
    bool may_edit = true;                 // else error 50 for changes to playlists
    bool tells_changed = true;            // playlists have `changed`, and createPlaylist answers with the playlist
    bool tells_single_as_object = false;  // a list of one is that one
    bool tells_ids_as_numbers = false;    // those that are numbers
    bool tells_bits_per_s = false;        // bitRate 320000 instead of 320
    bool tells_dates_without_zone = false;
    std::size_t page_max = 500;  // songs in an answer, whatever was asked
  };
  SubsonicServer() : SubsonicServer(Options{}) {}
  explicit SubsonicServer(Options options, FaultServer::Options net = {});
  ~SubsonicServer();
  SubsonicServer(const SubsonicServer&) = delete;
  SubsonicServer& operator=(const SubsonicServer&) = delete;

  // The network side: cut it, freeze it, shape it, look at the log.
  FaultServer& net();
  std::string url() const;

  void add(SubsonicSong song);
  void add(SubsonicPlaylist playlist);
  void add(SubsonicStation station);
  void add_cover(const std::string& id, std::string bytes, const std::string& mime);
  // As somebody else's client would change it: new songs, new `changed`.
  void change_playlist(const std::string& id, std::vector<std::string> songs);
  std::vector<SubsonicPlaylist> playlists() const;

  // What the next calls of a method ("search3", "*" for any) meet, before they reach the catalogue.
  void fault(const std::string& method, std::vector<Fault> faults);
  // The next `times` calls of it fail with this code of the protocol, in a 200 body.
  void error(const std::string& method, int code, int times = 1);

  // Calls of a method so far, with or without ".view" ("": all of them).
  std::vector<Exchange> calls(const std::string& method = "") const;
  // What calls did that a client must not: a parameter missing or twice, a secret in the query although a form can be
  // posted, a salt that is short or came before, transcoding asked for.
  std::vector<std::string> complaints() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Answers that are none: with 200, as proxies, portals and damaged servers give them. For fault().
Fault html_login_page();
Fault oversized_json(std::size_t bytes);  // well formed, with one huge string
Fault deep_json(std::size_t levels);
Fault not_json();

}  // namespace segue::test
