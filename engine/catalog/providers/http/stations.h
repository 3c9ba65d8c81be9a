// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/catalog/entry.h"
#include "engine/catalog/providers/http/web_media.h"
#include "engine/model/provider_config.h"

namespace segue::catalog {

// The entries of the configured playlist, and their state.
struct StationList {
  std::string title;
  std::string version;  // a digest of the entries
  std::vector<Entry> entries;
};

// The playlist that an http provider is configured with, a file or an address; read again after a minute. Entries
// without a length are taken for live until they are looked at. Any thread; blocks.
class Stations {
 public:
  Stations(const model::ProviderConfig& config, WebMedia& media) : config_(config), media_(media) {}

  bool is_configured() const { return !config_.url.empty(); }
  Result<StationList> read(const std::stop_token& stop);
  // What the list says beside an address: user and password. Often none.
  std::vector<model::HttpHeader> headers_of(const std::string& url, const std::stop_token& stop);
  void forget();

 private:
  Result<TrackList> load(const std::stop_token& stop);

  const model::ProviderConfig& config_;
  WebMedia& media_;
  SystemClock clock_;
  std::mutex mutex_;  // of what follows
  StationList list_;
  std::map<std::string, std::vector<model::HttpHeader>> headers_;
  Nanoseconds fresh_until_{0};  // monotonic
};

// Those that have all words of `text` in title, artist, album or address; case does not count (ASCII).
std::vector<Entry> find_stations(const std::vector<Entry>& entries, const std::string& text, int offset, int limit);

}  // namespace segue::catalog
