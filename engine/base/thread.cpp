// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace segue {

void set_thread_name(const char* name) { (void)pthread_setname_np(pthread_self(), name); }

bool raise_to_realtime(int priority) {
  sched_param wanted{};
  wanted.sched_priority = priority;
  return pthread_setschedparam(pthread_self(), SCHED_FIFO | SCHED_RESET_ON_FORK, &wanted) == 0;
}

void lower_to_background() {
  sched_param idle{};
  if (pthread_setschedparam(pthread_self(), SCHED_IDLE, &idle) != 0) (void)setpriority(PRIO_PROCESS, 0, 19);
}

void flush_denormals() {
#if defined(__SSE2__)
  constexpr unsigned kFlushToZeroAndDenormalsAreZero = 0x8040;
  _mm_setcsr(_mm_getcsr() | kFlushToZeroAndDenormalsAreZero);
#elif defined(__aarch64__)
  unsigned long long fpcr = 0;
  asm volatile("mrs %0, fpcr" : "=r"(fpcr));
  asm volatile("msr fpcr, %0" : : "r"(fpcr | (1ULL << 24U)));
#endif
}

long long thread_cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace segue
