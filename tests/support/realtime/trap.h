// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

// Catches what the audio thread must not do. A program that links segue_realtime_trap calls the C library's heap,
// locks, waits, sleeps and system calls through our definitions, its shared libraries included; inside a
// RealtimeScope each such call is counted and its stack kept, then done as usual.
//
// Not seen: system calls that the C library makes inside its own functions (printf's write). Those are what
// confinement.h is for. Under AddressSanitizer and ThreadSanitizer, which define the same functions, nothing is
// interposed and every count stays 0; is_compiled_in() says so.
namespace segue::test {

enum class Forbidden : std::uint8_t { kHeap, kLock, kWait, kSleep, kSystemCall, kMapping, kYield, kThrow };
inline constexpr int kForbiddenKinds = 8;
const char* to_string(Forbidden kind);

// While one lives, the calling thread is held to realtime rules. Nests.
class RealtimeScope {
 public:
  RealtimeScope();
  ~RealtimeScope();
  RealtimeScope(const RealtimeScope&) = delete;
  RealtimeScope& operator=(const RealtimeScope&) = delete;
};

// What was caught in all threads since the last reset. Thread-safe, except reset.
class RealtimeTrap {
 public:
  static bool is_compiled_in();
  static void reset();
  static std::uint64_t violations();
  static std::uint64_t violations(Forbidden kind);
  // Counts per kind and the stacks of the first violations, for a failure message. Allocates.
  static std::string report();
  // Stops the program at the first violation, for a debugger; off at start.
  static void set_aborts(bool aborts);
};

// For the interposed functions: notes a call of `function` if the calling thread is in a RealtimeScope.
void note_call(Forbidden kind, const char* function);

// While one lives, calls of this thread are the trap's own and not noted.
class TrapPause {
 public:
  TrapPause();
  ~TrapPause();
  TrapPause(const TrapPause&) = delete;
  TrapPause& operator=(const TrapPause&) = delete;
};

}  // namespace segue::test
