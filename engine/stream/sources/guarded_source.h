// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "engine/stream/decoder.h"

namespace segue::stream {

// A source that fails as soon as its track is dropped, so that no thread decodes for nobody, and that lets only so much
// be read until the track is open: a header may send its reader through gigabytes. One thread at a time.
class GuardedSource final : public ByteSource {
 public:
  // `dropped` outlives this.
  GuardedSource(std::unique_ptr<ByteSource> source, const std::atomic<bool>& dropped);
  // Fails with CANCELLED CANCELLED once dropped, FAILED_PRECONDITION INVALID_MEDIA once opening has read too much.
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override;
  std::int64_t size() const override { return source_->size(); }
  // From here on everything may be read.
  void end_opening() { is_opening_ = false; }

 private:
  std::unique_ptr<ByteSource> source_;
  const std::atomic<bool>& dropped_;
  bool is_opening_ = true;
  std::int64_t opening_bytes_ = 0;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace segue::stream
