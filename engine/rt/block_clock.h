// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/rt/realtime.h"

namespace segue::rt {

// Tells other threads when render can no longer be looking at something that was taken out of its sight.
// Render calls begin() and end() around each block. A thread that has unpublished a pointer takes mark() and may
// reuse the memory once passed(mark): by then a block that began after the mark has ended (or no driver runs).
class BlockClock {
 public:
  // --- audio thread
  SEGUE_RT void begin() { begun_.fetch_add(1, std::memory_order_seq_cst); }
  SEGUE_RT void end() { ended_.store(begun_.load(std::memory_order_relaxed), std::memory_order_release); }

  // --- any other thread
  std::uint64_t mark() const { return begun_.load(std::memory_order_seq_cst); }
  bool passed(std::uint64_t mark) const {
    return halted_.load(std::memory_order_acquire) || ended_.load(std::memory_order_acquire) > mark;
  }
  // Set by the owner of the driver while no driver can call render.
  void set_halted(bool halted) { halted_.store(halted, std::memory_order_release); }

 private:
  std::atomic<std::uint64_t> begun_{0};
  std::atomic<std::uint64_t> ended_{0};
  std::atomic<bool> halted_{true};
};

}  // namespace segue::rt
