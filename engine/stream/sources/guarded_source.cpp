// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/sources/guarded_source.h"

#include <algorithm>

namespace segue::stream {
namespace {

constexpr std::int64_t kOpeningBytesMax = 64 << 20;  // a header with a picture and the index of a long film
constexpr std::chrono::seconds kOpeningTimeMax{5};
// Before this much was read, time does not count: a disk that spins up says nothing about the file.
constexpr std::int64_t kPatientBytes = 4 << 20;
constexpr std::int64_t kReadCostBytes = 4096;  // the least that a read counts for

}  // namespace

GuardedSource::GuardedSource(std::unique_ptr<ByteSource> source, const std::atomic<bool>& dropped)
    : source_(std::move(source)), dropped_(dropped) {}

Result<std::size_t> GuardedSource::read(std::int64_t offset, std::span<std::byte> buffer) {
  if (dropped_.load(std::memory_order_relaxed)) return fail(Code::kCancelled, "CANCELLED", "the track was dropped");
  if (is_opening_) {
    const bool is_late = opening_bytes_ > kPatientBytes && std::chrono::steady_clock::now() - begun_ > kOpeningTimeMax;
    if (opening_bytes_ > kOpeningBytesMax || is_late) {
      return fail(Code::kFailedPrecondition, "INVALID_MEDIA",
                  "no audio was found within the first " + std::to_string(opening_bytes_ >> 20) + " MiB read");
    }
  }
  Result<std::size_t> got = source_->read(offset, buffer);
  if (is_opening_) opening_bytes_ += std::max<std::int64_t>(got ? static_cast<std::int64_t>(*got) : 0, kReadCostBytes);
  return got;
}

}  // namespace segue::stream
