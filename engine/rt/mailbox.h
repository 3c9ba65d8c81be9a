// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "engine/rt/realtime.h"

namespace segue::rt {

// The latest value from one writer to one reader; values in between are lost. Both ends are wait-free.
//
// Three buffers: the writer owns one, the reader owns one, the third waits in `spare` with a flag that says it is
// newer than the reader's. An end hands its buffer over by exchanging the spare index.
template <typename T>
class Mailbox {
  static_assert(std::is_trivially_copyable_v<T>, "crossing a zone copies bytes");

  static constexpr std::uint8_t kFresh = 4;
  struct Shared {
    std::array<T, 3> buffers{};
    alignas(64) std::atomic<std::uint8_t> spare{1};
  };

 public:
  class Writer {
   public:
    explicit Writer(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    // The buffer to fill before publish(); it holds an older value.
    SEGUE_RT T& next() { return shared_->buffers[mine_]; }
    SEGUE_RT void publish() {
      mine_ = shared_->spare.exchange(static_cast<std::uint8_t>(mine_ | kFresh), std::memory_order_acq_rel) & 3U;
    }

   private:
    std::shared_ptr<Shared> shared_;
    std::uint8_t mine_ = 0;
  };

  class Reader {
   public:
    explicit Reader(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    // The newest value; the reference holds until the next call.
    SEGUE_RT const T& latest() {
      if ((shared_->spare.load(std::memory_order_relaxed) & kFresh) != 0) {
        mine_ = shared_->spare.exchange(mine_, std::memory_order_acq_rel) & 3U;
      }
      return shared_->buffers[mine_];
    }

   private:
    std::shared_ptr<Shared> shared_;
    std::uint8_t mine_ = 2;
  };

  static std::pair<Writer, Reader> create() {
    auto shared = std::make_shared<Shared>();
    return {Writer(shared), Reader(shared)};
  }
};

}  // namespace segue::rt
