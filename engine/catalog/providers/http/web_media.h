// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <stop_token>
#include <string>
#include <unordered_map>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/catalog/import/track_list.h"
#include "engine/catalog/providers/http/web_address.h"
#include "engine/model/media_ref.h"
#include "engine/net/http.h"

namespace segue::catalog {

// What is at an address, by the head of its answer.
struct WebContent {
  enum class Kind { kTrack, kLive, kPlaylist };
  Kind kind = Kind::kTrack;
  std::string mime;
  std::string station;     // icy-name
  int bitrate_kbps = 0;    // icy-br
  std::int64_t size = -1;  // bytes; −1: not known
  TrackList list;          // of a playlist
};

// Finds out what addresses are, with one short request each: tracks, endless streams, or playlists, which are read.
// Remembers tracks and streams for minutes, so that loading one again costs nothing. Any thread; blocks.
class WebMedia {
 public:
  explicit WebMedia(net::HttpClient& http) : http_(http) {}

  // Fails with what the network says, with the status (NOT_FOUND HTTP_404, PERMISSION_DENIED HTTP_403,
  // UNAUTHENTICATED HTTP_401, RESOURCE_EXHAUSTED RATE_LIMITED, UNAVAILABLE HTTP_5XX), FAILED_PRECONDITION NOT_AUDIO
  // for documents, UNIMPLEMENTED UNSUPPORTED_MEDIA for HLS. Messages begin with the label.
  Result<WebContent> look_at(const WebAddress& address, bool may_be_private, const std::stop_token& stop);
  // Where the bytes are: of the address itself, or of the first entry of the playlist that can be had. Playlists may
  // name others, two deep. `provider` goes into the reference and its key.
  Result<model::MediaRef> resolve(const std::string& provider, const WebAddress& address, bool may_be_private,
                                  const std::stop_token& stop);

 private:
  struct Seen {
    std::string digest;
    WebContent content;
    Nanoseconds until{0};  // monotonic
  };
  Result<WebContent> ask(const WebAddress& address, bool may_be_private, const std::stop_token& stop);
  Result<model::MediaRef> resolve_below(const std::string& provider, const WebAddress& address, bool may_be_private,
                                        int depth, const std::stop_token& stop);
  void remember(const std::string& key, const WebContent& content);

  net::HttpClient& http_;
  SystemClock clock_;
  std::mutex mutex_;      // of what follows
  std::list<Seen> seen_;  // newest first
  std::unordered_map<std::string, std::list<Seen>::iterator> by_key_;
};

}  // namespace segue::catalog
