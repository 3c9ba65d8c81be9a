// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/prefetch_queue.h"

#include <algorithm>
#include <set>

#include "engine/control/library/messages.h"
#include "engine/control/state.h"
#include "engine/net/url.h"

namespace segue::control {
namespace {

constexpr std::size_t kQueueMax = 10'000;  // a night's music, four times over; 3 MB
constexpr std::size_t kEndedMax = 200;     // as the schema states
constexpr Nanoseconds kTellEvery = std::chrono::milliseconds(250);

}  // namespace

Result<int> PrefetchQueue::add(const std::vector<std::string>& uris, int priority) {
  int added = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto is_new = [this](const std::string& uri) { return !by_uri_.contains(uri); };
    const auto coming = static_cast<std::size_t>(std::count_if(uris.begin(), uris.end(), is_new));
    if (by_uri_.size() + coming > kQueueMax) {
      return fail(Code::kResourceExhausted, "PREFETCH_QUEUE_FULL",
                  "prefetch: " + std::to_string(by_uri_.size()) + " tracks wait already, " + std::to_string(kQueueMax) +
                      " may; cancel some");
    }
    for (const std::string& uri : uris) {
      if (const auto known = by_uri_.find(uri); known != by_uri_.end()) {
        const Shared& item = known->second;
        if (item->priority >= priority || waiting_.erase(order_of(*item)) == 0) continue;
        item->priority = priority;
        waiting_.emplace(order_of(*item), item);
        continue;
      }
      const auto item = std::make_shared<Item>();
      item->uri = uri;
      item->priority = priority;
      item->number = ++last_number_;
      by_uri_.emplace(uri, item);
      waiting_.emplace(order_of(*item), item);
      std::erase_if(ended_, [&](const Shared& old) { return old->uri == uri; });
      ++added;
    }
  }
  pump();
  return added;
}

// Begins as many as may run.
void PrefetchQueue::pump() {
  for (;;) {
    Shared next;
    {
      const std::lock_guard lock(mutex_);
      if (is_closed_ || waiting_.empty() || running_.size() >= static_cast<std::size_t>(options_.parallel)) return;
      const auto first = waiting_.begin();
      next = first->second;
      running_.emplace(first->first, next);
      waiting_.erase(first);
      next->state = v1::ListPrefetchesResponse::Item::FETCHING;
      ++asking_;
    }
    begin(next);
    leave();
  }
}

void PrefetchQueue::begin(const Shared& item) {
  const auto answer = [weak = weak_from_this(), item](Result<model::MediaRef> ref) {
    const auto self = weak.lock();
    if (!self) return;
    if (!ref) return self->end(item, tl::unexpected(ref.error()));
    if (!ref->path.empty()) return self->end(item, {});  // it is on this machine
    if (ref->live) {
      return self->end(
          item, fail(Code::kFailedPrecondition, "LIVE_STREAM", ref->label + ": has no end, so it cannot be kept"));
    }
    self->fetch(item, *ref);
  };
  options_.catalogue.resolve(item->uri, item->stop.get_token(), answer);
}

void PrefetchQueue::fetch(const Shared& item, const model::MediaRef& ref) {
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_ || !running_.contains(order_of(*item))) return;
    item->provider = ref.provider;
    ++asking_;
  }
  const std::weak_ptr<PrefetchQueue> weak = weak_from_this();
  auto fetch = options_.fetcher.prefetch(
      item->uri, ref,
      [weak, item](std::int64_t present, std::int64_t size) {
        if (const auto self = weak.lock()) self->enter_progress(item, present, size);
      },
      [weak, item](Result<void> outcome) {
        if (const auto self = weak.lock()) self->end(item, std::move(outcome));
      });
  {
    const std::lock_guard lock(mutex_);
    // If it has ended meanwhile, letting go is all that is left.
    if (running_.contains(order_of(*item))) std::swap(item->fetch, fetch);
  }
  fetch.reset();
  leave();
}

void PrefetchQueue::leave() {
  const std::lock_guard lock(mutex_);
  --asking_;
  asked_.notify_all();
}

void PrefetchQueue::enter_progress(const Shared& item, std::int64_t bytes, std::int64_t size) {
  Item seen;
  {
    const std::lock_guard lock(mutex_);
    if (!running_.contains(order_of(*item))) return;
    item->bytes = bytes;
    item->size = size;
    const Nanoseconds now = options_.clock.monotonic();
    if (item->told_at != Nanoseconds(0) && now - item->told_at < kTellEvery) return;
    item->told_at = now;
    seen = *item;
    seen.fetch.reset();
  }
  tell(seen);
}

void PrefetchQueue::end(const Shared& item, Result<void> outcome) {
  std::shared_ptr<void> let_go;
  Item seen;
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_ || running_.erase(order_of(*item)) == 0) return;
    by_uri_.erase(item->uri);
    let_go.swap(item->fetch);
    item->state = outcome ? v1::ListPrefetchesResponse::Item::DONE : v1::ListPrefetchesResponse::Item::FAILED;
    if (!outcome) item->error = outcome.error();
    if (outcome && item->size >= 0) item->bytes = item->size;
    ended_.push_front(item);
    if (ended_.size() > kEndedMax) ended_.pop_back();
    seen = *item;
  }
  tell(seen);
  pump();
}

// With mutex_ held: out of the queue, nothing if it is not in it.
PrefetchQueue::Shared PrefetchQueue::take_out(const std::string& uri) {
  const auto found = by_uri_.find(uri);
  if (found == by_uri_.end()) return nullptr;
  Shared item = found->second;
  by_uri_.erase(found);
  waiting_.erase(order_of(*item));
  running_.erase(order_of(*item));
  return item;
}

int PrefetchQueue::cancel(const std::vector<std::string>& uris) {
  std::vector<Shared> out;
  {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all = uris;
    if (uris.empty()) {
      for (const auto& [uri, item] : by_uri_) all.push_back(uri);
    }
    for (const std::string& uri : all) {
      if (Shared item = take_out(uri)) out.push_back(std::move(item));
    }
  }
  for (const Shared& item : out) {
    item->stop.request_stop();
    std::shared_ptr<void> let_go;
    {
      const std::lock_guard lock(mutex_);
      let_go.swap(item->fetch);
    }
  }
  pump();
  return static_cast<int>(out.size());
}

std::vector<v1::ListPrefetchesResponse::Item> PrefetchQueue::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<v1::ListPrefetchesResponse::Item> items;
  items.reserve(by_uri_.size() + ended_.size());
  for (const auto& [order, item] : running_) items.push_back(to_message(*item));
  for (const auto& [order, item] : waiting_) items.push_back(to_message(*item));
  for (const Shared& item : ended_) items.push_back(to_message(*item));
  return items;
}

void PrefetchQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  cancel({});
  std::unique_lock lock(mutex_);
  asked_.wait(lock, [this] { return asking_ == 0; });
}

v1::ListPrefetchesResponse::Item PrefetchQueue::to_message(const Item& item) {
  v1::ListPrefetchesResponse::Item message;
  message.set_uri(clean_text(item.uri));
  message.set_state(item.state);
  message.set_bytes(item.bytes);
  message.set_size_bytes(std::max<std::int64_t>(item.size, 0));
  message.set_priority(item.priority);
  if (item.error) *message.mutable_error() = control::to_message(*item.error);
  return message;
}

void PrefetchQueue::tell(const Item& item) const {
  if (!options_.tell) return;
  v1::Progress progress;
  progress.set_task("prefetch of " + clean_text(net::label_of(item.uri)));
  progress.set_done(item.bytes);
  progress.set_total(std::max<std::int64_t>(item.size, 0));
  progress.set_unit("bytes");
  progress.set_uri(clean_text(item.uri));
  progress.set_provider(item.provider);
  progress.set_ended(item.state != v1::ListPrefetchesResponse::Item::FETCHING);
  v1::Event event = progress_event(std::move(progress));
  if (item.error) *event.mutable_error() = control::to_message(*item.error);
  options_.tell(std::move(event));
}

}  // namespace segue::control
