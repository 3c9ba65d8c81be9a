// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "engine/stream/decoder.h"

namespace segue::stream {

// Bytes in memory. `fail_at`: reading from this byte on fails, as a bad disk does; −1: never.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string bytes, std::int64_t fail_at = -1) : bytes_(std::move(bytes)), fail_at_(fail_at) {}
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override {
    if (fail_at_ >= 0 && offset + static_cast<std::int64_t>(buffer.size()) > fail_at_) {
      return fail(Code::kDataLoss, "READ_FAILED", "the disk is bad");
    }
    if (offset >= size()) return 0;
    const std::size_t count = std::min(buffer.size(), bytes_.size() - static_cast<std::size_t>(offset));
    std::memcpy(buffer.data(), bytes_.data() + offset, count);
    return count;
  }
  std::int64_t size() const override { return static_cast<std::int64_t>(bytes_.size()); }

 private:
  std::string bytes_;
  std::int64_t fail_at_;
};

}  // namespace segue::stream
