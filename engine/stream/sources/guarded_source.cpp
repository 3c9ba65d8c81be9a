// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/sources/guarded_source.h"

#include <algorithm>
#include <string>
#include <utility>

namespace segue::stream {
namespace {

constexpr std::int64_t kOpeningBytesMax = 64 << 20;  // a header with a picture and the index of a long film
constexpr std::chrono::seconds kOpeningTimeMax{5};
// Before this much was read, time does not count: a disk that spins up says nothing about the file.
constexpr std::int64_t kPatientBytes = 4 << 20;
constexpr std::int64_t kReadCostBytes = 4096;  // the least that a read counts for

// A guarded source as its owner sees it.
class SharedSource final : public ByteSource {
 public:
  explicit SharedSource(std::shared_ptr<GuardedSource> source) : source_(std::move(source)) {}
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override {
    return source_->read(offset, buffer);
  }
  std::int64_t size() const override { return source_->size(); }
  bool is_remote() const override { return source_->is_remote(); }
  bool is_sequential() const override { return source_->is_sequential(); }
  bool is_ready(std::int64_t offset, std::int64_t bytes) const override { return source_->is_ready(offset, bytes); }
  void interrupt() override { source_->interrupt(); }

 private:
  std::shared_ptr<GuardedSource> source_;
};

}  // namespace

void GuardedSource::attach(std::unique_ptr<ByteSource> source) {
  const std::lock_guard lock(mutex_);
  source_ = std::move(source);
  is_opening_ = true;
  was_interrupted_ = false;
  opening_bytes_ = 0;
  begun_ = std::chrono::steady_clock::now();
  waited_ = {};
}

void GuardedSource::interrupt() {
  const std::lock_guard lock(mutex_);
  if (source_ != nullptr) source_->interrupt();
}

Result<std::size_t> GuardedSource::read(std::int64_t offset, std::span<std::byte> buffer) {
  if (dropped_.load(std::memory_order_relaxed)) return fail(Code::kCancelled, "CANCELLED", "the track was dropped");
  if (is_opening_) {
    const bool is_late =
        opening_bytes_ > kPatientBytes && std::chrono::steady_clock::now() - begun_ - waited_ > kOpeningTimeMax;
    if (opening_bytes_ > kOpeningBytesMax || is_late) {
      return fail(Code::kFailedPrecondition, "INVALID_MEDIA",
                  "no audio was found within the first " + std::to_string(opening_bytes_ >> 20) + " MiB read");
    }
  }
  const bool waits = waits_ != nullptr && source_->is_remote() && !source_->is_ready(offset, 1);
  Result<std::size_t> got = waits ? read_waiting(offset, buffer) : source_->read(offset, buffer);
  if (!got && got.error().reason == "READ_INTERRUPTED") was_interrupted_ = true;
  if (is_opening_) opening_bytes_ += std::max<std::int64_t>(got ? static_cast<std::int64_t>(*got) : 0, kReadCostBytes);
  return got;
}

Result<std::size_t> GuardedSource::read_waiting(std::int64_t offset, std::span<std::byte> buffer) {
  if (!waits_->begin_wait()) return fail(Code::kAborted, "READ_INTERRUPTED", "other bytes are more urgent");
  const auto before = std::chrono::steady_clock::now();
  Result<std::size_t> got = source_->read(offset, buffer);
  waited_ += std::chrono::steady_clock::now() - before;
  waits_->end_wait();
  return got;
}

std::unique_ptr<ByteSource> share(std::shared_ptr<GuardedSource> source) {
  return std::make_unique<SharedSource>(std::move(source));
}

}  // namespace segue::stream
