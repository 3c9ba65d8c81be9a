// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/sources/sequential_source.h"

#include <algorithm>

namespace segue::stream {
namespace {

constexpr std::size_t kHeadBytesMax = 8 << 20;  // tags with a picture; a stream seldom has any
constexpr std::size_t kPieceBytes = 16 << 10;

}  // namespace

Result<std::size_t> SequentialSource::read(std::int64_t offset, std::span<std::byte> buffer) {
  if (offset < begin_) return fail(Code::kOutOfRange, "BEHIND", "these bytes of the stream are gone");
  while (offset >= end()) {
    if (!keeps_all_) {
      begin_ = end();
      window_.clear();
    }
    if (window_.size() >= kHeadBytesMax) {
      return fail(Code::kResourceExhausted, "HEAD_TOO_LONG", "no audio was found in the first 8 MiB of the stream");
    }
    const std::size_t before = window_.size();
    const std::int64_t at = end();
    window_.resize(before + kPieceBytes);
    const Result<std::size_t> got = source_->read(at, std::span(window_).subspan(before));
    window_.resize(before + got.value_or(0));
    if (!got || *got == 0) return got;
  }
  const auto from = window_.begin() + static_cast<std::ptrdiff_t>(offset - begin_);
  const std::size_t count = std::min(buffer.size(), static_cast<std::size_t>(window_.end() - from));
  std::copy_n(from, count, buffer.begin());
  if (!keeps_all_) {
    window_.erase(window_.begin(), from + static_cast<std::ptrdiff_t>(count));
    begin_ = offset + static_cast<std::int64_t>(count);
  }
  return count;
}

bool SequentialSource::is_ready(std::int64_t offset, std::int64_t bytes) const {
  return (offset >= begin_ && offset + bytes <= end()) || source_->is_ready(offset, bytes);
}

}  // namespace segue::stream
