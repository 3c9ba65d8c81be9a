// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/catalog/catalogue.h"
#include "engine/stream/fetch/fetcher.h"
#include "segue/v1/library_service.pb.h"
#include "segue/v1/state.pb.h"

namespace segue::control {

namespace v1 = ::segue::v1;

// Tracks that are to be in the cache before anybody loads them: higher priorities first, then in the order of asking,
// a few at a time, behind all loads. An address is in it once. Lives in memory only: a restart empties it, while what
// was fetched stays in the cache. Thread-safe; no call blocks. Held by shared pointers, as its callbacks may be late.
class PrefetchQueue : public std::enable_shared_from_this<PrefetchQueue> {
 public:
  struct Options {
    catalog::Catalogue& catalogue;  // both outlive close()
    stream::Fetcher& fetcher;
    const Clock& clock;
    int parallel = 2;
    std::function<void(v1::Event)> tell;  // progress, at most four times a second for a track; may be null
  };
  explicit PrefetchQueue(Options options) : options_(std::move(options)) {}

  // Returns how many were not in the queue before; those that were are raised to `priority`. Fails with
  // RESOURCE_EXHAUSTED PREFETCH_QUEUE_FULL, and then none is queued.
  Result<int> add(const std::vector<std::string>& uris, int priority);
  // Takes them out, all without names; returns how many were queued or being fetched.
  int cancel(const std::vector<std::string>& uris);
  // In the order of fetching, then the newest 200 that ended, the newest first.
  std::vector<v1::ListPrefetchesResponse::Item> list() const;
  // Cancels all; nothing is begun and neither catalogue nor fetcher called any more when it returns.
  void close();

 private:
  struct Item {
    std::string uri;
    int priority = 0;
    std::uint64_t number = 0;  // order of asking
    v1::ListPrefetchesResponse::Item::State state = v1::ListPrefetchesResponse::Item::QUEUED;
    std::int64_t bytes = 0;
    std::int64_t size = -1;
    std::optional<Error> error;
    std::string provider;
    std::stop_source stop;
    std::shared_ptr<void> fetch;  // keeps it going
    Nanoseconds told_at{0};
  };
  using Shared = std::shared_ptr<Item>;
  using Order = std::pair<int, std::uint64_t>;  // −priority, number

  static Order order_of(const Item& item) { return {-item.priority, item.number}; }
  static v1::ListPrefetchesResponse::Item to_message(const Item& item);
  void pump();
  void begin(const Shared& item);
  void fetch(const Shared& item, const model::MediaRef& ref);
  void enter_progress(const Shared& item, std::int64_t bytes, std::int64_t size);
  void end(const Shared& item, Result<void> outcome);
  Shared take_out(const std::string& uri);
  void leave();
  void tell(const Item& item) const;

  const Options options_;
  mutable std::mutex mutex_;  // guards all below; held for no call-out
  std::condition_variable asked_;
  std::map<std::string, Shared> by_uri_;  // waiting and running
  std::map<Order, Shared> waiting_;
  std::map<Order, Shared> running_;
  std::deque<Shared> ended_;  // newest first
  std::uint64_t last_number_ = 0;
  int asking_ = 0;  // threads that call the catalogue or the fetcher just now
  bool is_closed_ = false;
};

}  // namespace segue::control
