// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/stream/fetch/fetcher.h"
#include "tests/support/net/fault_server.h"

namespace segue::stream {

// Bytes that are no document and of which no two blocks are alike.
std::string track_bytes(std::int64_t size, std::uint32_t seed = 1);

// A fetcher with everything it needs, quick to lose patience, and what it told.
class Rig {
 public:
  struct Options {
    std::string folder{};  // of the cache; empty: RAM only
    Resolve resolve{};     // null: none
    std::string ca_file{};
    std::chrono::hours recheck_after{24};
    std::chrono::milliseconds stall_max{300};
    std::chrono::milliseconds retry_longest{40};
    std::chrono::milliseconds open_max{4'000};
    std::int64_t background_bytes_per_s = 0;
    std::int64_t ram_bytes_max = 512 << 20;
    std::chrono::milliseconds linger{0};
  };
  Rig() : Rig(Options{}) {}
  explicit Rig(const Options& options);
  ~Rig();

  // Of an address on the test's own server.
  static model::MediaRef ref(const std::string& url, const std::string& key = "p/1/raw");
  Result<OpenedMedia> open(const model::MediaRef& ref);
  Fetcher& fetcher() { return *fetcher_; }
  BlockCache& cache() { return *cache_; }
  net::HttpClient& http() { return *http_; }
  void drop_fetcher() { fetcher_.reset(); }

  std::vector<FetchNews> news() const;
  // Blocks until so many faults are over; false after ten seconds.
  bool wait_for_ended(std::size_t count) const;
  // "CONNECTION_RESET+ CONNECTION_RESET-": what began and ended, in order.
  std::string story() const;
  std::uint64_t faults(const std::string& reason) const;

 private:
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<BlockCache> cache_;
  mutable std::mutex mutex_;
  mutable std::condition_variable told_;
  std::vector<FetchNews> news_;
  std::unique_ptr<Fetcher> fetcher_;
};

// All bytes from `from` on, or what read() failed with.
Result<std::string> read_all(ByteSource& source, std::int64_t from = 0);
// Exactly `count` bytes, fewer only at the end.
Result<std::string> read_some(ByteSource& source, std::int64_t from, std::int64_t count);

}  // namespace segue::stream
