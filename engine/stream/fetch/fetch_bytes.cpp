// SPDX-License-Identifier: GPL-3.0-or-later
// What the client's thread brings: heads, bytes and ends. Nothing here asks for anything.
#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "engine/stream/fetch/document.h"
#include "engine/stream/fetch/fetch.h"

namespace segue::stream {
namespace {

using Kind = Answer::Kind;

// A body without a length is a track up to here, and an endless stream that nobody said is one past it.
constexpr std::int64_t kUnsizedBytesMax = 512 << 20;
constexpr std::chrono::milliseconds kRateWindow{250};  // long against the pieces a socket gives

}  // namespace

bool Fetch::on_head(Transfer& transfer, const net::HttpHead& head) {
  const Lock lock(mutex_);
  if (transfer.is_dropped_) return false;
  first_byte_in_ = std::chrono::steady_clock::now() - transfer.begun_;
  transfer.has_head_ = true;
  transfer.answer_ = judge(head, transfer.asked_, services_.clock.wall());
  const Answer& answer = transfer.answer_;
  if (transfer.is_check_) return false;  // the head has said it all
  if (answer.kind == Kind::kDocument) return true;
  if (answer.kind != Kind::kBytes) return false;
  transfer.position_ = answer.first;
  transfer.end_ = answer.end;
  transfer.is_sniffed_ = answer.first > 0;
  return transfer.is_sniffed_ ? accept(transfer) : true;
}

// The answer's bytes are the content's.
bool Fetch::accept(Transfer& transfer) {
  const Answer& answer = transfer.answer_;
  if (answer.serves_ranges) serves_ranges_ = answer.serves_ranges;
  if (known_.etag.empty()) known_.etag = answer.identity.etag;
  if (known_.last_modified.empty()) {
    known_.last_modified = answer.identity.last_modified;
    known_.is_modified_strong = answer.identity.is_modified_strong;
  }
  if (known_.size < 0) known_.size = answer.identity.size;
  if (assembly_.size() < 0 && known_.size >= 0) assembly_.set_size(known_.size);
  if (ref_.mime.empty()) ref_.mime = printable(answer.mime, 100);
  if (known_.size >= 0) ref_.size = known_.size;
  if (std::exchange(is_after_failure_, false) && assembly_.count() > 0) {
    ++resumed_;
    services_.tally.add(&FetchCounters::resumed);
  }
  is_answered_ = true;
  services_.versions.note_check(key_, std::chrono::steady_clock::now());
  progress();
  services_.wake();
  return true;
}

// False while there is too little to tell, or if it is a document.
bool Fetch::sniff(Transfer& transfer) {
  if (looks_like_document(transfer.begin_)) {
    transfer.answer_.kind = Kind::kDocument;
    transfer.document_.assign(reinterpret_cast<const char*>(transfer.begin_.data()), transfer.begin_.size());
    transfer.begin_.clear();
    return false;
  }
  transfer.is_sniffed_ = true;
  return accept(transfer);
}

bool Fetch::on_body(Transfer& transfer, std::span<const std::byte> bytes) {
  Lock lock(mutex_);
  if (transfer.is_dropped_) return false;
  services_.tally.add(&FetchCounters::bytes, bytes.size());
  if (!transfer.is_sniffed_ && transfer.answer_.kind == Kind::kBytes) {
    transfer.begin_.insert(transfer.begin_.end(), bytes.begin(), bytes.end());
    const bool is_all = transfer.end_ >= 0 && std::ssize(transfer.begin_) >= transfer.end_;
    if (transfer.begin_.size() < kSniffBytes && !is_all) return true;
    if (!sniff(transfer)) return true;
    const std::vector<std::byte> begin = std::exchange(transfer.begin_, {});
    return deliver(lock, transfer, begin);
  }
  if (transfer.answer_.kind == Kind::kDocument) {
    const std::size_t room = kDocumentBytesMax - std::min(kDocumentBytesMax, transfer.document_.size());
    transfer.document_.append(reinterpret_cast<const char*>(bytes.data()), std::min(room, bytes.size()));
    return transfer.document_.size() < kDocumentBytesMax;
  }
  return deliver(lock, transfer, bytes);
}

void Fetch::measure(std::size_t bytes) {
  const SteadyTime now = std::chrono::steady_clock::now();
  rate_bytes_ += static_cast<std::int64_t>(bytes);
  const std::chrono::duration<double> passed = now - rate_since_;
  if (passed < kRateWindow) return;
  // After a pause the window began long ago; what came before it says nothing of now.
  if (passed < 4 * kRateWindow) bytes_per_s_ = static_cast<double>(rate_bytes_) / passed.count();
  rate_since_ = now;
  rate_bytes_ = 0;
}

bool Fetch::deliver(Lock& lock, Transfer& transfer, std::span<const std::byte> bytes) {
  measure(bytes.size());
  while (!bytes.empty()) {
    const std::int64_t block = block_of(transfer.position_);
    const std::int64_t end = (block + 1) * kBlockBytes;
    std::size_t count = std::min(bytes.size(), static_cast<std::size_t>(end - transfer.position_));
    const std::int64_t last = transfer.end_ >= 0 ? transfer.end_ : assembly_.size();
    if (last >= 0)
      count = std::min(count, static_cast<std::size_t>(std::max<std::int64_t>(0, last - transfer.position_)));
    if (count == 0) {
      if (!std::exchange(transfer.is_too_long_, true)) services_.tally.add_fault("BODY_TOO_LONG");
      return true;
    }
    // Who serves no ranges has to be read through what is there already.
    const bool may_skip = serves_ranges_.value_or(true) && transfer.asked_.with_range;
    if (may_skip && assembly_.is_block_present(block)) {
      transfer.has_met_present_ = true;
      return false;
    }
    if (known_.if_range().empty() && assembly_.contradicts(transfer.position_, bytes.first(count))) {
      transfer.answer_.kind = Kind::kChanged;
      transfer.answer_.error = {Code::kDataLoss, "CONTENT_CHANGED",
                                ref_.label + ": the server sends other bytes than before; load the track again"};
      return false;
    }
    const std::int64_t before = assembly_.end_from(transfer.position_);
    auto done = assembly_.append(transfer.position_, bytes.first(count));
    transfer.position_ += static_cast<std::int64_t>(count);
    if (before < transfer.position_) {
      transfer.accepted_ += static_cast<std::int64_t>(count);
      failures_ = 0;
      if (!std::exchange(has_flowed_, true)) services_.wake();
    }
    if (transfer.end_ < 0 && assembly_.size() < 0 && transfer.position_ > kUnsizedBytesMax) {
      transfer.answer_.kind = Kind::kFinal;
      transfer.answer_.error = {Code::kResourceExhausted, "RESPONSE_TOO_LARGE",
                                ref_.label + ": it does not end; is it a radio station?"};
      return false;
    }
    bytes = bytes.subspan(count);
    if (done && services_.options.cache.counters().ram_bytes > services_.options.ram_bytes_max) {
      transfer.answer_.kind = Kind::kFault;
      transfer.answer_.error = {Code::kResourceExhausted, "CACHE_FULL",
                                ref_.label + ": memory is full of audio that no disk takes; eject tracks"};
      store(lock, std::move(*done));
      return false;
    }
    if (done) store(lock, std::move(*done));
    if (transfer.is_dropped_) return false;
  }
  progress();
  return true;
}

// Into the cache, or to those that wait for it.
void Fetch::store(Lock& lock, Assembly::Block block) {
  if (!content_) {
    waiting_.push_back(std::move(block));
    if (waiting_.size() >= kWaitingMax && !is_closed_) services_.wake();
    return;
  }
  const std::shared_ptr<CachedContent> content = content_;
  putting_.insert(block.index);
  ++in_cache_;
  lock.unlock();
  content->put(block.index, block.bytes);
  lock.lock();
  putting_.erase(block.index);
  if (--in_cache_ == 0) changed_.notify_all();
  progress();
  if (assembly_.is_complete() && !is_closed_) services_.wake();
}

// A clean end tells the size that no head told.
void Fetch::end_unsized(Lock& lock, Transfer& transfer) {
  if (assembly_.size() >= 0) return;
  known_.size = transfer.position_;
  assembly_.set_size(transfer.position_);
  ref_.size = transfer.position_;
  if (const auto content = content_) {
    ++in_cache_;
    lock.unlock();
    content->set_size(transfer.position_);
    lock.lock();
    if (--in_cache_ == 0) changed_.notify_all();
  }
  if (auto last = assembly_.finish_last()) store(lock, std::move(*last));
}

void Fetch::on_end(Transfer& transfer, const Result<void>& outcome) {
  Lock lock(mutex_);
  if (transfer.is_dropped_) return;
  Answer& answer = transfer.answer_;
  if (outcome && answer.kind == Kind::kBytes && !transfer.is_sniffed_ && transfer.has_head_ && sniff(transfer)) {
    const std::vector<std::byte> begin = std::exchange(transfer.begin_, {});
    deliver(lock, transfer, begin);
  }
  if (transfer.is_dropped_) return;
  Ending ending{answer, transfer.position_, transfer.accepted_ > 0, transfer.is_check_, transfer.origin_};
  if (!transfer.has_head_ || (answer.kind == Kind::kBytes && !outcome && !transfer.has_met_present_)) {
    ending.answer.kind = Kind::kFault;
    ending.answer.error =
        outcome ? Error{Code::kUnavailable, "NET_FAILED", ref_.label + ": no answer"} : outcome.error();
  } else if (answer.kind == Kind::kDocument) {
    ending.answer.error = document_error(ref_.label, answer.mime, transfer.document_);
  } else if (answer.kind == Kind::kBytes && outcome) {
    const std::int64_t end = transfer.end_ >= 0 ? transfer.end_ : assembly_.size();
    if (end < 0) {
      end_unsized(lock, transfer);
    } else if (transfer.position_ < end) {
      ending.answer.kind = Kind::kFault;
      ending.answer.error = {Code::kUnavailable, "BODY_TRUNCATED", ref_.label + ": the answer ended too early"};
    }
  }
  if (transfer.is_dropped_) return;
  if (running_.get() == &transfer) running_ = nullptr, ending_ = std::move(ending);
  if (check_.get() == &transfer) check_ = nullptr, check_ending_ = std::move(ending);
  progress();
  services_.wake();
}

// Until nothing waits: more may come while the mutex is free, the size too.
void Fetch::put_waiting(Lock& lock, CachedContent& content) {
  std::int64_t told = -1;
  while (!waiting_.empty() || told != assembly_.size()) {
    const std::vector<Assembly::Block> blocks = std::exchange(waiting_, {});
    told = assembly_.size();
    for (const auto& block : blocks) putting_.insert(block.index);
    lock.unlock();
    if (told >= 0) content.set_size(told);
    for (const auto& block : blocks) content.put(block.index, block.bytes);
    lock.lock();
    for (const auto& block : blocks) putting_.erase(block.index);
  }
}

// A worker's: opens the content in the cache, now that its version is known.
void Fetch::attach() {
  Lock lock(mutex_);
  if (is_closed_) return;
  const std::int64_t size = known_.size;
  const std::string key =
      ref_.cache_key.empty() ? "address " + std::to_string(std::hash<std::string>()(key_)) : ref_.cache_key;
  ContentId id{ref_.provider, key, ref_.cache_key.empty() ? "" : known_.validator()};
  const bool may_store = ref_.may_store && !id.validator.empty();
  ++in_cache_;
  lock.unlock();
  BlockCache& cache = services_.options.cache;
  std::shared_ptr<CachedContent> content = cache.open(id, may_store);
  if (size >= 0 && !content->set_size(size)) {
    // The same validator with another size: one of the two was a lie, and nobody knows which.
    content->discard();
    id.validator.clear();
    content = cache.open(id, false);
    content->set_size(size);
  }
  const RangeSet present = content->present();
  lock.lock();
  put_waiting(lock, *content);
  if (!is_closed_) content_ = std::move(content);
  if (assembly_.size() >= 0) assembly_.add_present(present, assembly_.size());
  if (--in_cache_ == 0) changed_.notify_all();
  progress();
  if (!is_closed_) services_.wake();
}

}  // namespace segue::stream
