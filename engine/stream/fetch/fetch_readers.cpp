// SPDX-License-Identifier: GPL-3.0-or-later
// What users of a fetch call, on their own threads.
#include <algorithm>
#include <utility>

#include "engine/stream/fetch/fetch.h"

namespace segue::stream {
namespace {

tl::unexpected<Error> closed(const std::string& label) {
  return fail(Code::kCancelled, "FETCH_CLOSED", label + ": fetching has ended");
}

}  // namespace

Fetch::Fetch(FetchServices& services, std::string key, std::string uri, model::MediaRef ref)
    : services_(services),
      key_(std::move(key)),
      uri_(std::move(uri)),
      ref_(std::move(ref)),
      retry_(services.options.retry, services.options.seed ^ std::hash<std::string>()(key_)) {
  if (ref_.label.empty()) ref_.label = uri_.empty() ? "track" : uri_;
  if (!ref_.seekable) serves_ranges_ = false;
}

void Fetch::change_users(int by) {
  const std::lock_guard lock(mutex_);
  users_ += by;
  if (users_ == 0) left_at_ = std::chrono::steady_clock::now();
  if (!is_closed_) services_.wake();
}

void Fetch::add(std::shared_ptr<Prefetch> prefetch) {
  const std::lock_guard lock(mutex_);
  prefetches_.push_back(std::move(prefetch));
  services_.wake();
}

void Fetch::remove(const std::shared_ptr<Prefetch>& prefetch) {
  const std::lock_guard lock(mutex_);
  std::erase(prefetches_, prefetch);
  if (!is_closed_) services_.wake();
}

bool Fetch::is_unused() const {
  const std::lock_guard lock(mutex_);
  return users_ == 0 && prefetches_.empty();
}

// Only what works as it should is worth keeping: trouble of a track that nobody has is no news.
std::optional<SteadyTime> Fetch::lingering_since() const {
  const std::lock_guard lock(mutex_);
  const bool is_well = is_answered_ && !final_ && !is_to_discard_ && !trouble_ &&
                       (!ending_ || ending_->answer.kind == Answer::Kind::kBytes);
  const bool may_wait = users_ == 0 && prefetches_.empty() && left_at_ != SteadyTime{} && is_well &&
                        !(running_ && running_->is_background_);
  return may_wait ? std::optional(left_at_) : std::nullopt;
}

bool Fetch::is_retired() const {
  const std::lock_guard lock(mutex_);
  return final_ || is_to_discard_;
}

bool Fetch::yields_to(const model::MediaRef& ref) {
  const std::lock_guard lock(mutex_);
  if (!are_different(known_, {ref.etag, "", false, ref.size})) return false;
  is_to_discard_ = true;
  if (content_) services_.versions.mark_stale(content_->id());
  services_.wake();
  return true;
}

void Fetch::prepare() {
  std::call_once(prepared_once_, [this] {
    look_for_copy();
    const std::lock_guard lock(mutex_);
    is_prepared_ = true;
    if (!is_closed_) services_.wake();
  });
}

void Fetch::look_for_copy() {
  if (ref_.cache_key.empty()) return;
  auto copy = services_.options.cache.find(ref_.provider, ref_.cache_key);
  if (!copy || copy->size() <= 0 || copy->id().validator.empty() || services_.versions.is_stale(copy->id())) return;
  const Identity known = identity_of_validator(copy->id().validator, copy->size());
  // The provider may know a newer version than the cache.
  if (are_different(known, {ref_.etag, "", false, ref_.size})) return copy->discard();
  const RangeSet present = copy->present();
  const std::lock_guard lock(mutex_);
  if (is_closed_) return;
  known_ = known;
  assembly_.set_size(copy->size());
  assembly_.add_present(present, copy->size());
  content_ = std::move(copy);
  has_asked_content_ = true;
  if (!assembly_.is_complete()) return;
  is_answered_ = is_from_disk_ = true;
  services_.tally.add(&FetchCounters::contents_from_disk);
  // A provider that states a size or an ETag would have stated another one.
  wants_check_ = ref_.etag.empty() && ref_.size < 0 &&
                 services_.versions.take_check(key_, std::chrono::steady_clock::now(), services_.options.recheck_after);
}

// What open() answers by now, if it is clear.
std::optional<Result<void>> Fetch::opening(SteadyTime now, SteadyTime begun) const {
  const Fetcher::Options& options = services_.options;
  if (is_answered_) return Result<void>();
  if (final_) return tl::unexpected(*final_);
  const bool has_copy = assembly_.is_block_present(0) && content_ != nullptr;
  const bool is_late = failures_ > 0 && std::max(now, not_before_) >= begun + options.open_max;
  const bool has_failed = failures_ >= options.open_attempts || is_late;
  if (has_copy && (failures_ > 0 || now >= begun + options.copy_check_max)) return Result<void>();
  if (has_failed && trouble_) return tl::unexpected(*trouble_);
  if (now >= begun + options.open_longest) {
    return fail(Code::kUnavailable, "NET_TIMEOUT", ref_.label + ": no answer in time");
  }
  return std::nullopt;
}

Result<void> Fetch::wait_for_answer(const std::stop_token& stop) {
  const SteadyTime begun = std::chrono::steady_clock::now();
  Lock lock(mutex_);
  while (true) {
    if (is_closed_) return closed(ref_.label);
    if (stop.stop_requested()) return fail(Code::kCancelled, "OPEN_CANCELLED", ref_.label + ": nobody waits for it");
    const SteadyTime now = std::chrono::steady_clock::now();
    const auto answer = opening(now, begun);
    if (answer) {
      if (*answer) is_handed_out_ = true;
      return *answer;
    }
    const std::uint64_t seen = progress_;
    // The earliest moment at which waiting alone may decide.
    const Fetcher::Options& options = services_.options;
    SteadyTime until = begun + options.open_longest;
    for (const SteadyTime at : {begun + options.copy_check_max, begun + options.open_max}) {
      if (at > now) until = std::min(until, at);
    }
    changed_.wait_until(lock, stop, until, [&] { return progress_ != seen || is_closed_; });
  }
}

bool Fetch::is_on_its_way(std::int64_t block) const {
  return putting_.contains(block) ||
         std::any_of(waiting_.begin(), waiting_.end(), [block](const auto& waiting) { return waiting.index == block; });
}

// From the cache, without the mutex; a block that is not there after all is missing from now on.
std::size_t Fetch::read_cached(Lock& lock, std::int64_t offset, std::span<std::byte> buffer) {
  const std::int64_t block = block_of(offset);
  if (!content_ || !assembly_.is_block_present(block) || is_on_its_way(block)) return 0;
  const std::shared_ptr<CachedContent> content = content_;
  ++in_cache_;
  lock.unlock();
  const std::size_t count = content->read(offset, buffer);
  lock.lock();
  if (--in_cache_ == 0) changed_.notify_all();
  if (count == 0 && content == content_ && !is_on_its_way(block)) assembly_.remove_block(block);
  return count;
}

// A block that waits for its place in the cache, however long the disk takes to say which.
std::size_t Fetch::read_waiting(std::int64_t offset, std::span<std::byte> buffer) const {
  for (const Assembly::Block& block : waiting_) {
    if (block.index != block_of(offset)) continue;
    const auto rest = std::span(block.bytes).subspan(static_cast<std::size_t>(offset - block_begin(offset)));
    const std::size_t count = std::min(rest.size(), buffer.size());
    std::copy_n(rest.begin(), count, buffer.begin());
    return count;
  }
  return 0;
}

Result<std::size_t> Fetch::read(Reader& reader, std::int64_t offset, std::span<std::byte> buffer) {
  Lock lock(mutex_);
  struct Forget {
    Fetch& fetch;
    const Reader& reader;
    ~Forget() { fetch.demands_.erase(&reader); }
  } forget{*this, reader};
  while (true) {
    if (is_closed_) return closed(ref_.label);
    if (std::exchange(reader.is_interrupted, false)) {
      return fail(Code::kAborted, "READ_INTERRUPTED", ref_.label + ": a read was interrupted");
    }
    if (buffer.empty() || offset < 0 || (assembly_.size() >= 0 && offset >= assembly_.size())) return 0;
    const std::uint64_t seen = progress_;
    std::size_t count = assembly_.read_unfinished(offset, buffer);
    if (count == 0) count = read_waiting(offset, buffer);
    if (count == 0) count = read_cached(lock, offset, buffer);
    if (count > 0) return count;
    if (is_closed_ || progress_ != seen) continue;
    if (final_) return tl::unexpected(*final_);
    Demand& demand = demands_[&reader];
    if (demand.serial == 0) demand = {offset, ++demand_serial_};
    services_.wake();
    changed_.wait(lock, [&] { return progress_ != seen || reader.is_interrupted || is_closed_; });
  }
}

void Fetch::interrupt(Reader& reader) {
  const std::lock_guard lock(mutex_);
  reader.is_interrupted = true;
  changed_.notify_all();
}

bool Fetch::is_ready(std::int64_t offset, std::int64_t bytes) const {
  const std::lock_guard lock(mutex_);
  return is_closed_ || final_ || assembly_.covers({offset, offset + bytes});
}

bool Fetch::is_partly_absent() const {
  const std::lock_guard lock(mutex_);
  return !assembly_.is_complete();
}

std::int64_t Fetch::size() const {
  const std::lock_guard lock(mutex_);
  return assembly_.size();
}

model::MediaRef Fetch::ref() const {
  const std::lock_guard lock(mutex_);
  return ref_;
}

FetchStatus Fetch::status() const {
  using State = FetchStatus::State;
  const std::lock_guard lock(mutex_);
  FetchStatus status;
  status.size = assembly_.size();
  status.present = assembly_.count();
  status.attempts = attempts_;
  status.resumed = resumed_;
  status.is_from_disk = is_from_disk_;
  status.trouble = final_ ? final_ : trouble_;
  if (assembly_.is_complete()) {
    status.state = State::kComplete;
  } else if (final_ || is_closed_) {
    status.state = State::kFailed;
  } else if (running_ && running_->has_head_) {
    status.state = State::kFetching;
    status.bytes_per_s = bytes_per_s_;
  } else {
    status.state = trouble_ ? State::kWaiting : State::kConnecting;
  }
  return status;
}

}  // namespace segue::stream
