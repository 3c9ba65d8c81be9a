// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace segue::test {

// A system call that a confined thread tried to make: it was not done and returned ENOSYS.
struct RefusedCall {
  long number = 0;  // as in asm/unistd.h
  std::vector<void*> stack;
};

struct ConfinementResult {
  bool is_supported = false;       // false: the kernel has no seccomp filter for us (then `work` ran unconfined)
  long refused = 0;                // all of them
  std::vector<RefusedCall> calls;  // the first ones

  // For a failure message: numbers and stacks.
  std::string report() const;
};

// Runs `work` on a thread of its own that may not make a single system call: a seccomp filter, which no library and
// no inlined instruction gets around, refuses all but the return from a signal and the thread's end. One at a time.
// `work` must neither throw nor leave anything to thread-local destructors, which do not run. Not under sanitizers,
// whose runtimes make system calls of their own: there it is not supported.
ConfinementResult run_confined(const std::function<void()>& work);

}  // namespace segue::test
