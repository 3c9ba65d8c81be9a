// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>

#include "tests/engine/stream/memory_source.h"
#include "tests/support/audio/signals.h"

namespace segue::stream {

// Bytes in memory that come in pieces of odd sizes, with reads that are interrupted at random.
class InterruptingSource final : public ByteSource {
 public:
  struct Plan {
    std::uint64_t seed = 1;
    double chance = 0.0;  // of a read's being interrupted
    int interrupted = 0;
  };
  InterruptingSource(std::string bytes, Plan& plan) : memory_(std::move(bytes)), plan_(plan), random_(plan.seed) {}
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override {
    if (random_.unit() < plan_.chance) {
      ++plan_.interrupted;
      return fail(Code::kAborted, "READ_INTERRUPTED", "called away");
    }
    const auto piece = static_cast<std::size_t>(1 + random_.below(8'192));
    return memory_.read(offset, buffer.first(std::min(buffer.size(), piece)));
  }
  std::int64_t size() const override { return memory_.size(); }
  bool is_remote() const override { return true; }

 private:
  MemorySource memory_;
  Plan& plan_;
  test::Random random_;
};

}  // namespace segue::stream
