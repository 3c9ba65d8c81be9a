// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/realtime/thread_usage.h"

#include <cstddef>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <time.h>

namespace segue::test {
namespace {

TEST(ThreadUsage, SeesFirstTouchesOfMemory) {
  constexpr std::size_t kPages = 64;
  auto* const memory =
      static_cast<char*>(mmap(nullptr, kPages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  madvise(memory, kPages * 4096, MADV_NOHUGEPAGE);
  const ThreadUsage before = ThreadUsage::now();
  for (std::size_t page = 0; page < kPages; ++page) memory[page * 4096] = 1;
  const ThreadUsage first = ThreadUsage::now().since(before);
  const ThreadUsage between = ThreadUsage::now();
  for (std::size_t page = 0; page < kPages; ++page) memory[page * 4096] = 2;
  const ThreadUsage second = ThreadUsage::now().since(between);
  munmap(memory, kPages * 4096);
  EXPECT_GE(first.minor_faults, 1);
  EXPECT_LT(second.minor_faults, first.minor_faults);
}

TEST(ThreadUsage, SeesWaiting) {
  const ThreadUsage before = ThreadUsage::now();
  timespec brief{.tv_sec = 0, .tv_nsec = 1'000'000};
  nanosleep(&brief, nullptr);
  EXPECT_GE(ThreadUsage::now().since(before).voluntary_switches, 1);
}

}  // namespace
}  // namespace segue::test
