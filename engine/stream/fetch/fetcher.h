// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/model/media_ref.h"
#include "engine/net/http.h"
#include "engine/net/retry.h"
#include "engine/stream/cache/block_cache.h"
#include "engine/stream/media.h"

namespace segue::stream {

// Asks the catalogue anew for a track's bytes, when an address has expired. Blocks; called on the fetcher's resolver
// threads.
using Resolve = std::function<Result<model::MediaRef>(const std::string& uri, const std::stop_token& stop)>;

// Something went wrong with a fetch, or is well again. Each began has one ended.
struct FetchNews {
  enum class Kind { kBegan, kEnded };
  Kind kind = Kind::kBegan;
  std::string uri;
  std::string provider;
  Error error;              // of the fault, both times
  double seconds = 0;       // ended: how long it lasted
  bool is_playable = true;  // began: false if the fetch has given up
};

struct FetchCounters {
  std::uint64_t requests = 0;                   // sent to servers
  std::uint64_t bytes = 0;                      // received
  std::uint64_t contents = 0;                   // fetches begun: one per content, however many read it
  std::uint64_t contents_from_disk = 0;         // opened with all their bytes in the cache
  std::uint64_t resumed = 0;                    // went on at the byte after a failure
  std::uint64_t resolved_again = 0;             // expired addresses
  std::map<std::string, std::uint64_t> faults;  // by reason: CONNECTION_RESET, HTTP_404, CONTENT_CHANGED …
};

// Fetches contents over HTTP into the cache, one fetch per key however many ask, in the order in which the bytes are
// needed: the head, what a reader waits for, then the rest of the track from there on and round. Goes on at the byte
// after every failure for as long as somebody has the track open; expired addresses are resolved again; another
// version of the content ends the fetch (CONTENT_CHANGED) and what is there stays as it was. Thread-safe.
class Fetcher {
 public:
  struct Options {
    net::HttpClient& http;                          // outlives this
    BlockCache& cache;                              // outlives this
    Resolve resolve;                                // null: addresses do not expire
    std::function<void(const FetchNews&)> on_news;  // on a fetcher thread; must not block; may be null
    std::uint64_t seed = 1;                         // of the back-off's jitter
    net::HttpLimits limits{.body_bytes_max = std::int64_t{4} << 30};  // per request; 24 h of MP3, 4 h of 24-bit WAV
    net::Retry::Options retry{};
    int open_attempts = 2;                           // failed ones, after which open() says so …
    std::chrono::milliseconds open_max{4'000};       // … or the first one that fails after so long …
    std::chrono::milliseconds open_longest{12'000};  // … or anything at all
    std::chrono::milliseconds copy_check_max{
        1'000};                               // open() with part of a track in the cache waits so for the server
    std::chrono::hours recheck_after{24};     // a whole copy whose ETag and size no provider knows is checked so often
    int background_transfers_max = 2;         // prefetches at a time
    std::chrono::milliseconds linger{5'000};  // a fetch stands still for so long after its last reader has closed it
    int lingering_max = 2;                    // each holds a connection; of more, the oldest end
    // Bytes of audio in memory, of all contents together, past which no more is taken until some of it is on the disk
    // or closed: 16 decks of FLAC that no disk takes fit, and no server can fill the machine. The fault is CACHE_FULL.
    std::int64_t ram_bytes_max = 512 << 20;
    const Clock* clock = nullptr;  // time of day, for dates that servers name; null: the system's
  };
  static std::unique_ptr<Fetcher> create(Options options);
  virtual ~Fetcher() = default;

  // Bytes of `ref` (a url, not live), shared with everyone who has the same cache_key open. Blocks until the first
  // answer says that these are bytes of a track, or why not; a copy in the cache answers at once and is checked
  // against the server in the background. The source keeps the fetch going; after the last one it stands still, and
  // ends unless somebody opens it again within Options::linger. Fails with
  // NOT_FOUND HTTP_404, PERMISSION_DENIED HTTP_403, UNAUTHENTICATED HTTP_401, RESOURCE_EXHAUSTED RATE_LIMITED,
  // UNAVAILABLE HTTP_5XX and what HttpReader::on_end names, FAILED_PRECONDITION NOT_AUDIO (an HTML, JSON or XML
  // document) or what a provider put into such a document.
  virtual Result<OpenedMedia> open(const std::string& uri, const model::MediaRef& ref, const std::stop_token& stop) = 0;

  // Fetches the whole of `ref` into the cache behind everything else; `done` is called once, on a fetcher thread.
  // `progress` (bytes there, bytes in all or −1) at most ten times a second. Keep the result: letting go cancels.
  virtual std::shared_ptr<void> prefetch(const std::string& uri, const model::MediaRef& ref,
                                         std::function<void(std::int64_t present, std::int64_t size)> progress,
                                         std::function<void(Result<void>)> done) = 0;
  virtual FetchCounters counters() const = 0;
};

}  // namespace segue::stream
