// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/realtime/confinement.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <errno.h>
#include <execinfo.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

namespace segue::test {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHasSanitizer = true;
#else
constexpr bool kHasSanitizer = false;
#endif

constexpr long kCallsKept = 8;
constexpr int kStackDepth = 24;

struct Kept {
  long number = 0;
  int depth = 0;
  std::array<void*, kStackDepth> stack{};
};

// A signal handler has no other way to its results.
std::atomic<long> refused_count{0};
std::array<Kept, kCallsKept> kept;
std::atomic<bool> is_unwinding{false};

void keep_call(long number) {
  const long slot = refused_count.fetch_add(1);
  if (slot >= kCallsKept) return;
  Kept& call = kept[static_cast<std::size_t>(slot)];
  is_unwinding.store(true);
  call.number = number;
  call.depth = backtrace(call.stack.data(), kStackDepth);
  is_unwinding.store(false);
}

void on_refused(int, siginfo_t* what, void* context) {
  // What the unwinder itself may try is not the work's doing.
  if (!is_unwinding.load()) keep_call(what->si_syscall);
  auto* const registers = &static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  registers->gregs[REG_RAX] = -ENOSYS;
#elif defined(__aarch64__)
  registers->regs[0] = static_cast<unsigned long long>(-ENOSYS);
#else
  (void)registers;
#endif
}

bool confine_this_thread() {
  std::array<sock_filter, 7> program = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0;
}

struct Job {
  const std::function<void()>* work = nullptr;
  bool is_confined = false;
};

void* run_job(void* argument) {
  auto* const job = static_cast<Job*>(argument);
  // The unwinder's first use on a thread takes memory.
  std::array<void*, kStackDepth> stack{};
  (void)backtrace(stack.data(), kStackDepth);
  job->is_confined = confine_this_thread();
  (*job->work)();
  // The C library's way out of a thread makes system calls; the kernel's own way out still wakes the joiner.
  if (job->is_confined) syscall(SYS_exit, 0);
  return nullptr;
}

}  // namespace

ConfinementResult run_confined(const std::function<void()>& work) {
  ConfinementResult result;
  if (kHasSanitizer || kArchitecture == 0) {
    work();
    return result;
  }
  refused_count.store(0);
  struct sigaction wanted {};
  struct sigaction before {};
  wanted.sa_sigaction = on_refused;
  wanted.sa_flags = SA_SIGINFO | SA_NODEFER;
  (void)sigaction(SIGSYS, &wanted, &before);
  Job job{.work = &work};
  pthread_t thread{};
  if (pthread_create(&thread, nullptr, run_job, &job) == 0) (void)pthread_join(thread, nullptr);
  (void)sigaction(SIGSYS, &before, nullptr);

  result.is_supported = job.is_confined;
  result.refused = refused_count.load();
  for (long i = 0; i < std::min(result.refused, kCallsKept); ++i) {
    const Kept& call = kept[static_cast<std::size_t>(i)];
    result.calls.push_back({call.number, std::vector<void*>(call.stack.begin(), call.stack.begin() + call.depth)});
  }
  return result;
}

std::string ConfinementResult::report() const {
  std::string text = std::to_string(refused) + " system calls refused\n";
  for (const RefusedCall& call : calls) {
    text += "system call " + std::to_string(call.number) + " by\n";
    char** names = backtrace_symbols(call.stack.data(), static_cast<int>(call.stack.size()));
    if (names == nullptr) continue;
    for (std::size_t i = 1; i < call.stack.size(); ++i) text += std::string("    ") + names[i] + '\n';
    std::free(names);
  }
  return text;
}

}  // namespace segue::test
