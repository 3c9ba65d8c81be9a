// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "engine/stream/byte_source.h"

namespace segue::stream {

// Bytes that come in order only, with the head kept so that a format can be told from it and then read again. After
// forget_behind() what lies behind a read is gone. One thread at a time, except is_ready() and interrupt().
class SequentialSource final : public ByteSource {
 public:
  explicit SequentialSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}
  // Fails with RESOURCE_EXHAUSTED HEAD_TOO_LONG once the head is over 8 MiB, OUT_OF_RANGE BEHIND for what is gone.
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override;
  std::int64_t size() const override { return -1; }
  bool is_remote() const override { return true; }
  bool is_sequential() const override { return true; }
  // Only what the window holds surely does not block; the rest is for the source to say.
  bool is_ready(std::int64_t offset, std::int64_t bytes) const override;
  void interrupt() override { source_->interrupt(); }
  void forget_behind() { keeps_all_ = false; }

 private:
  std::int64_t end() const { return begin_ + static_cast<std::int64_t>(window_.size()); }

  std::unique_ptr<ByteSource> source_;
  bool keeps_all_ = true;
  std::int64_t begin_ = 0;  // offset of the window's first byte
  std::vector<std::byte> window_;
};

}  // namespace segue::stream
