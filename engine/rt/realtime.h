// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Marks a function that may run on the audio thread: it allocates nothing, locks nothing, waits for nothing and
// makes no system call. Tests hold it to that (tests/support/realtime_trap.h).
// Clang ≥ 20 can check it statically; elsewhere the mark is for the reader and for the lint test.
#if defined(__clang__) && __clang_major__ >= 20
#define SEGUE_RT [[clang::nonblocking]]
#else
#define SEGUE_RT
#endif
