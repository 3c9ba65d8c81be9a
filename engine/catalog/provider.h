// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/catalog/entry.h"
#include "engine/model/media_ref.h"
#include "engine/model/provider_config.h"

namespace segue::net {
class HttpClient;
}

namespace segue::catalog {

class Library;

// What a provider can do, as data.
struct Description {
  std::string name;
  std::string type;
  std::string title;   // for people: "Navidrome 0.53 at music.example"
  bool can_search = false;
  bool can_browse = false;
  bool has_playlists = false;
  bool can_edit_playlists = false;
  bool has_artwork = false;
  bool has_live = false;
  bool can_report = false;  // plays
  bool needs_login = false;
  std::string auth;    // what was found to work: "none", "api-key", "token", "password"
};

// How much of a provider is used up; −1: no such limit or not known.
struct Quota {
  std::int64_t requests_left = -1;
  std::int64_t resets_at_s = 0;   // Unix time; 0: not known
  std::int64_t tracks = -1;       // in the catalogue
};

// A play or a now-playing notice for the provider.
struct Report {
  std::string id;
  bool is_now_playing = false;
  std::int64_t started_at_ms = 0;  // Unix time
};

// One catalogue: a folder tree, a server, the web. The contract of all members of providers/. Calls come from the
// catalogue's worker threads, several at once, may block, and return soon after `stop` is requested. Results are
// plain values. Errors: NOT_FOUND (TRACK_MISSING, PLAYLIST_MISSING), UNAUTHENTICATED (AUTH_REQUIRED, AUTH_FAILED),
// PERMISSION_DENIED, RESOURCE_EXHAUSTED RATE_LIMITED, UNAVAILABLE (what net::HttpReader::on_end names, HTTP_5XX),
// UNIMPLEMENTED (with what it cannot do), ABORTED PLAYLIST_CHANGED, INVALID_ARGUMENT, DATA_LOSS BAD_RESPONSE (the
// answer made no sense). Messages say what and where, never a secret.
class Provider {
 public:
  virtual ~Provider() = default;
  virtual const std::string& name() const = 0;
  virtual Description describe() const = 0;  // does not block
  // Whether it is there and lets us in. For health; called every minute and after failures.
  virtual Result<void> check(const std::stop_token& stop) = 0;

  // Best matches first, at most `limit` (1 to 500) from `offset` on.
  virtual Result<std::vector<Entry>> search(const std::string& text, int offset, int limit,
                                            const std::stop_token& stop) = 0;
  virtual Result<Entry> get(const std::string& id, const std::stop_token& stop) = 0;
  // A page of at most 500 below `node` ("" is the root); `page` is Listing::next of the page before, or "".
  virtual Result<Listing> browse(const std::string& node, const std::string& page, const std::stop_token& stop) = 0;

  virtual Result<std::vector<Playlist>> playlists(const std::stop_token& stop) = 0;
  virtual Result<PlaylistContent> playlist(const std::string& id, const std::stop_token& stop) = 0;
  virtual Result<Playlist> create_playlist(const std::string& name, const std::vector<std::string>& uris,
                                           const std::stop_token& stop) = 0;
  // Fails with ABORTED PLAYLIST_CHANGED if edit.version is not what the playlist has now.
  virtual Result<Playlist> edit_playlist(const std::string& id, const PlaylistEdit& edit,
                                         const std::stop_token& stop) = 0;
  virtual Result<void> delete_playlist(const std::string& id, const std::stop_token& stop) = 0;

  // `size_px`: wanted edge length, 0 the original.
  virtual Result<Artwork> artwork(const std::string& artwork, int size_px, const std::stop_token& stop) = 0;
  // Where the bytes of a track are, now. Called anew when an address has expired.
  virtual Result<model::MediaRef> resolve(const std::string& id, const std::stop_token& stop) = 0;
  // What resolve calls the bytes of a track in MediaRef::cache_key, without asking anybody, so that a copy plays while
  // the provider is away; empty: not known. Does not block.
  virtual std::string cache_key(const std::string& id) const {
    (void)id;
    return {};
  }
  // Hands plays over; all or none.
  virtual Result<void> report(const std::vector<Report>& reports, const std::stop_token& stop) = 0;
  virtual Result<Quota> quota(const std::stop_token& stop) = 0;
  // Asks for access with what the configuration holds, anew.
  virtual Result<void> login(const std::stop_token& stop) = 0;
};

// What providers are made of; everything outlives them.
struct ProviderParts {
  net::HttpClient& http;
  Library& library;  // local tracks and playlists live there
};

// A row of providers/registry.cpp.
struct ProviderType {
  const char* type;
  // Does not block. Fails with INVALID_ARGUMENT naming the key of the configuration.
  Result<std::unique_ptr<Provider>> (*make)(const model::ProviderConfig& config, const ProviderParts& parts);
};

// Fails with INVALID_ARGUMENT PROVIDER_UNKNOWN_TYPE.
Result<std::unique_ptr<Provider>> make_provider(const model::ProviderConfig& config, const ProviderParts& parts);

// "segue://NAME/ID" with the id percent-encoded, and back; nothing if `uri` is of another kind.
std::string uri_of(const std::string& provider, const std::string& id);
struct ProviderUri {
  std::string provider;
  std::string id;
};
std::optional<ProviderUri> parse_uri(const std::string& uri);

}  // namespace segue::catalog
