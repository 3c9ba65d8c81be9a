// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace segue::catalog {

// A track as a catalogue knows it. Every field but uri and title may be empty or 0: not known.
struct Entry {
  std::string uri;       // segue://PROVIDER/ID, file:///… or http(s)://… without secrets
  std::string provider;  // name of the provider
  std::string id;        // the provider's own, never one of another server
  std::string title;
  std::string artist;
  std::string album;
  std::string album_artist;
  std::string genre;
  int year = 0;
  int track_number = 0;
  double duration_s = 0;
  double bpm = 0;              // as the user says, else an analysis, else the catalogue
  std::string key;             // likewise: "Am"
  std::string isrc;            // upper case, without hyphens
  std::string musicbrainz_id;  // of the recording, lower case
  std::string codec;           // "mp3", "flac", …
  int bitrate_kbps = 0;
  int sample_rate_hz = 0;
  int bits = 0;  // 0 for lossy codecs
  std::int64_t size_bytes = 0;
  bool is_live = false;  // internet radio
  bool is_available = true;
  std::string reason;           // why it is not available: a word (UPPER_SNAKE) and a sentence: "OFFLINE: …"
  std::string artwork;          // what Provider::artwork takes; empty: none known
  std::int64_t added_at_s = 0;  // Unix time
  int rating = 0;               // the user's, 1 to 5 stars; 0: none
  std::uint32_t color = 0;      // the user's, 0xRRGGBB; 0: none
};

// "flac 44.1 kHz 16 bit", "mp3 320 kbit/s"; empty if nothing is known.
std::string quality_of(const Entry& entry);

// A level of a catalogue's tree: folders, artists, albums, genres, stations.
struct Node {
  std::string id;  // what Provider::browse takes; empty: the root
  std::string title;
  std::string kind;  // "folder", "artist", "album", "genre", "playlist", "stations"
  int tracks = -1;   // −1: not known
};

struct Listing {
  std::vector<Node> nodes;
  std::vector<Entry> entries;
  std::string next;  // page token; empty: the last page
};

struct Playlist {
  std::string id;  // the provider's own
  std::string provider;
  std::string name;
  std::string comment;
  std::string owner;
  int tracks = 0;
  double duration_s = 0;
  bool is_editable = false;
  std::string version;  // changes whenever the content does: for conflict checks
  std::int64_t changed_at_s = 0;
};

struct PlaylistContent {
  Playlist playlist;
  std::vector<Entry> entries;
};

// One change to a playlist. Positions count from 0 in the list as it was at `version`.
struct PlaylistEdit {
  enum class Kind { kRename, kAdd, kRemove, kMove };
  Kind kind = Kind::kAdd;
  std::string name;               // rename
  std::vector<std::string> uris;  // add
  int position = -1;              // add: before which entry, −1 the end; remove and move: the first entry
  int count = 1;                  // remove and move: how many entries
  int to = 0;                     // move: position of the first of them afterwards
  std::string version;            // of the playlist the client saw; empty: whatever it is now
};

struct Artwork {
  std::string mime;   // image/jpeg, image/png, image/webp, image/gif: told by its first bytes, not by the server
  std::string bytes;  // at most 2 MiB; never decoded here
};

}  // namespace segue::catalog
