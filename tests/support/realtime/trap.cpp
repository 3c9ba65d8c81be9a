// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/realtime/trap.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>

#include <execinfo.h>

namespace segue::test {
namespace {

constexpr int kStackDepth = 24;
constexpr std::uint64_t kStacksKept = 8;  // enough to see a pattern in a test's output

struct Caught {
  Forbidden kind = Forbidden::kHeap;
  const char* function = nullptr;
  int depth = 0;
  std::array<void*, kStackDepth> stack{};
};

// One trap per process, as there is one heap. Constant-initialised: the heap is used before any constructor runs.
constinit std::array<std::atomic<std::uint64_t>, kForbiddenKinds> counts{};
constinit std::array<Caught, kStacksKept> kept{};
constinit std::atomic<std::uint64_t> kept_count{0};
constinit std::atomic<bool> aborts_at_once{false};

// Initial-exec: reaching it must not call the dynamic linker, which may allocate.
constinit thread_local int scope_depth __attribute__((tls_model("initial-exec"))) = 0;
constinit thread_local int pause_depth __attribute__((tls_model("initial-exec"))) = 0;

}  // namespace

const char* to_string(Forbidden kind) {
  constexpr std::array<const char*, kForbiddenKinds> kNames = {"heap",        "lock",    "wait",  "sleep",
                                                               "system call", "mapping", "yield", "throw"};
  return kNames[static_cast<std::size_t>(kind)];
}

RealtimeScope::RealtimeScope() { ++scope_depth; }
RealtimeScope::~RealtimeScope() { --scope_depth; }
TrapPause::TrapPause() { ++pause_depth; }
TrapPause::~TrapPause() { --pause_depth; }

void note_call(Forbidden kind, const char* function) {
  if (scope_depth == 0 || pause_depth != 0) return;
  const TrapPause pause;
  counts[static_cast<std::size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
  const std::uint64_t slot = kept_count.fetch_add(1, std::memory_order_relaxed);
  if (slot < kStacksKept) {
    Caught& caught = kept[slot];
    caught.kind = kind;
    caught.function = function;
    caught.depth = backtrace(caught.stack.data(), kStackDepth);
  }
  if (aborts_at_once.load(std::memory_order_relaxed)) std::abort();
}

bool RealtimeTrap::is_compiled_in() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#else
  return true;
#endif
}

void RealtimeTrap::reset() {
  // The first backtrace of a process loads a library; better now than in a scope.
  void* one = nullptr;
  (void)backtrace(&one, 1);
  for (auto& count : counts) count.store(0, std::memory_order_relaxed);
  kept_count.store(0, std::memory_order_relaxed);
}

std::uint64_t RealtimeTrap::violations() {
  std::uint64_t sum = 0;
  for (const auto& count : counts) sum += count.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t RealtimeTrap::violations(Forbidden kind) {
  return counts[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
}

std::string RealtimeTrap::report() {
  const TrapPause pause;
  std::string text;
  for (int kind = 0; kind < kForbiddenKinds; ++kind) {
    const auto forbidden = static_cast<Forbidden>(kind);
    text += std::string(to_string(forbidden)) + ' ' + std::to_string(violations(forbidden)) +
            (kind + 1 < kForbiddenKinds ? ", " : "\n");
  }
  const std::uint64_t shown = std::min(kept_count.load(std::memory_order_relaxed), kStacksKept);
  for (std::uint64_t i = 0; i < shown; ++i) {
    const Caught& caught = kept[i];
    text += std::string(to_string(caught.kind)) + ": " + caught.function + " called by\n";
    char** names = backtrace_symbols(caught.stack.data(), caught.depth);
    if (names == nullptr) continue;
    for (int frame = 2; frame < caught.depth; ++frame) text += std::string("    ") + names[frame] + '\n';
    std::free(names);
  }
  return text;
}

void RealtimeTrap::set_aborts(bool aborts) { aborts_at_once.store(aborts, std::memory_order_relaxed); }

}  // namespace segue::test
