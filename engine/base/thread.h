// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace segue {

// Names the calling thread, at most 15 characters, as `top -H` shows it.
void set_thread_name(const char* name);
// Asks for SCHED_FIFO at `priority` (1 to 95) for the calling thread; false if the system refuses. Makes system
// calls: an audio thread does it in its first callback only.
bool raise_to_realtime(int priority);
// Puts the calling thread behind all others (SCHED_IDLE, or nice 19 where that fails).
void lower_to_background();

// Makes denormal results and operands zero on the calling thread (x86 MXCSR FTZ and DAZ, ARM FPCR FZ), which keeps
// decaying tails cheap. Realtime-safe; set at each entry to code that processes audio.
void flush_denormals();

// CPU time the calling thread has used, in nanoseconds.
long long thread_cpu_ns();

}  // namespace segue
