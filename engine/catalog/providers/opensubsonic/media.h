// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <mutex>
#include <stop_token>
#include <string>
#include <unordered_map>

#include "engine/base/clock.h"
#include "engine/catalog/entry.h"
#include "engine/catalog/providers/http/web_media.h"
#include "engine/catalog/providers/opensubsonic/session.h"
#include "engine/model/media_ref.h"

namespace segue::catalog::opensubsonic {

// Songs, stations and their bytes. Remembers the songs it has told of, so that loading one of a list costs no call,
// and by which method this server gives out originals. Any thread; blocks.
class Media {
 public:
  Media(Session& session, net::HttpClient& http) : session_(session), web_(http) {}

  // Fails with NOT_FOUND TRACK_MISSING.
  Result<Entry> song(const std::string& id, const std::stop_token& stop);
  // The original: by `download`, or by `stream` without transcoding where the user may not download or there is no
  // such method; each address with credentials of its own. Stations: what their address leads to.
  Result<model::MediaRef> resolve(const std::string& id, const std::stop_token& stop);
  void remember(const std::vector<Entry>& entries);
  // The way of getting originals is to be found out anew.
  void forget();

 private:
  enum class Way { kUnknown, kDownload, kStream };
  Result<Way> way_for(const std::string& id, const std::stop_token& stop);
  Result<Json> station(const std::string& id, const std::stop_token& stop);
  Result<model::MediaRef> resolve_station(const std::string& id, const std::stop_token& stop);

  struct Known {
    Entry entry;
    Nanoseconds until{0};     // monotonic
    Nanoseconds resolved{0};  // monotonic; 0: not yet
  };
  Session& session_;
  WebMedia web_;
  SystemClock clock_;
  std::mutex mutex_;  // of what follows
  std::unordered_map<std::string, Known> known_;
  std::deque<std::string> order_;  // of known_, oldest first
  Way way_ = Way::kUnknown;
};

// NAME/ID. Not the size or the codec: those the server has to be asked for, and the cache tells versions apart by what
// the answer's head says.
std::string song_cache_key(const std::string& provider, const std::string& id);

}  // namespace segue::catalog::opensubsonic
