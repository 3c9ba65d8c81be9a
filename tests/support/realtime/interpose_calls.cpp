// SPDX-License-Identifier: GPL-3.0-or-later
// Locks, waits, sleeps, system calls and throwing, each noted and passed on to the library that defines it.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <atomic>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <typeinfo>

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/realtime/trap.h"

namespace {

using segue::test::Forbidden;
using segue::test::note_call;
using segue::test::TrapPause;

template <typename Signature>
class Next;

// The definition of a function after ours in the order of loading.
template <typename Result, typename... Args>
class Next<Result(Args...)> {
 public:
  constexpr Next(const char* name, Forbidden kind) : name_(name), kind_(kind) {}

  Result operator()(Args... args) {
    note_call(kind_, name_);
    return find()(args...);
  }

 private:
  using Function = Result (*)(Args...);

  Function find() {
    void* found = found_.load(std::memory_order_relaxed);
    if (found == nullptr) {
      const TrapPause pause;  // the dynamic linker may allocate
      // Condition variables exist in two incompatible versions on x86-64, of which dlsym may give the old one.
      if (std::strncmp(name_, "pthread_cond_", 13) == 0) found = dlvsym(RTLD_NEXT, name_, "GLIBC_2.3.2");
      if (found == nullptr) found = dlsym(RTLD_NEXT, name_);
      if (found == nullptr) std::abort();
      found_.store(found, std::memory_order_relaxed);
    }
    return reinterpret_cast<Function>(found);
  }

  const char* name_;
  Forbidden kind_;
  std::atomic<void*> found_{nullptr};
};

constexpr Forbidden kLock = Forbidden::kLock;
constexpr Forbidden kWait = Forbidden::kWait;
constexpr Forbidden kSleep = Forbidden::kSleep;
constexpr Forbidden kCall = Forbidden::kSystemCall;
constexpr Forbidden kMapping = Forbidden::kMapping;

// Constant-initialised, for calls that come before any constructor has run.
constinit Next<int(pthread_mutex_t*)> next_mutex_lock("pthread_mutex_lock", kLock);
constinit Next<int(pthread_mutex_t*)> next_mutex_trylock("pthread_mutex_trylock", kLock);
constinit Next<int(pthread_mutex_t*, const timespec*)> next_mutex_timedlock("pthread_mutex_timedlock", kLock);
constinit Next<int(pthread_spinlock_t*)> next_spin_lock("pthread_spin_lock", kLock);
constinit Next<int(pthread_rwlock_t*)> next_rdlock("pthread_rwlock_rdlock", kLock);
constinit Next<int(pthread_rwlock_t*)> next_wrlock("pthread_rwlock_wrlock", kLock);
constinit Next<int(pthread_rwlock_t*)> next_tryrdlock("pthread_rwlock_tryrdlock", kLock);
constinit Next<int(pthread_rwlock_t*)> next_trywrlock("pthread_rwlock_trywrlock", kLock);
constinit Next<int(pthread_once_t*, void (*)())> next_once("pthread_once", kLock);
constinit Next<int(void*)> next_guard_acquire("__cxa_guard_acquire", kLock);
constinit Next<int(pthread_cond_t*, pthread_mutex_t*)> next_cond_wait("pthread_cond_wait", kWait);
constinit Next<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)> next_cond_timedwait("pthread_cond_timedwait",
                                                                                            kWait);
constinit Next<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)> next_cond_clockwait(
    "pthread_cond_clockwait", kWait);
constinit Next<int(pthread_cond_t*)> next_cond_signal("pthread_cond_signal", kWait);
constinit Next<int(pthread_cond_t*)> next_cond_broadcast("pthread_cond_broadcast", kWait);
constinit Next<int(sem_t*)> next_sem_wait("sem_wait", kWait);
constinit Next<int(sem_t*)> next_sem_trywait("sem_trywait", kWait);
constinit Next<int(sem_t*, const timespec*)> next_sem_timedwait("sem_timedwait", kWait);
constinit Next<int(sem_t*)> next_sem_post("sem_post", kWait);
constinit Next<int(pthread_t, void**)> next_join("pthread_join", kWait);
constinit Next<int(const timespec*, timespec*)> next_nanosleep("nanosleep", kSleep);
constinit Next<int(clockid_t, int, const timespec*, timespec*)> next_clock_nanosleep("clock_nanosleep", kSleep);
constinit Next<int(useconds_t)> next_usleep("usleep", kSleep);
constinit Next<unsigned(unsigned)> next_sleep("sleep", kSleep);
constinit Next<int(const char*, int, mode_t)> next_open("open", kCall);
constinit Next<int(int, const char*, int, mode_t)> next_openat("openat", kCall);
constinit Next<int(int)> next_close("close", kCall);
constinit Next<ssize_t(int, void*, size_t)> next_read("read", kCall);
constinit Next<ssize_t(int, const void*, size_t)> next_write("write", kCall);
constinit Next<ssize_t(int, void*, size_t, off_t)> next_pread("pread", kCall);
constinit Next<ssize_t(int, const void*, size_t, off_t)> next_pwrite("pwrite", kCall);
constinit Next<ssize_t(int, const iovec*, int)> next_writev("writev", kCall);
constinit Next<int(int, unsigned long, void*)> next_ioctl("ioctl", kCall);
constinit Next<int(int)> next_fsync("fsync", kCall);
constinit Next<int(int)> next_fdatasync("fdatasync", kCall);
constinit Next<int(pollfd*, nfds_t, int)> next_poll("poll", kCall);
constinit Next<int(int, fd_set*, fd_set*, fd_set*, timeval*)> next_select("select", kCall);
constinit Next<int(int, epoll_event*, int, int)> next_epoll_wait("epoll_wait", kCall);
constinit Next<ssize_t(int, void*, size_t, int)> next_recv("recv", kCall);
constinit Next<ssize_t(int, const void*, size_t, int)> next_send("send", kCall);
constinit Next<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)> next_create("pthread_create", kCall);
constinit Next<long(long, long, long, long, long, long, long)> next_syscall("syscall", kCall);
constinit Next<void*(void*, size_t, int, int, int, off_t)> next_mmap("mmap", kMapping);
constinit Next<int(void*, size_t)> next_munmap("munmap", kMapping);
constinit Next<int(void*, size_t, int)> next_madvise("madvise", kMapping);
constinit Next<int(void*, size_t, int)> next_mprotect("mprotect", kMapping);
constinit Next<int(void*)> next_brk("brk", kMapping);
constinit Next<int()> next_yield("sched_yield", Forbidden::kYield);
constinit Next<void(void*, std::type_info*, void (*)(void*))> next_throw("__cxa_throw", Forbidden::kThrow);

}  // namespace

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* m) noexcept { return next_mutex_lock(m); }
int pthread_mutex_trylock(pthread_mutex_t* m) noexcept { return next_mutex_trylock(m); }
int pthread_mutex_timedlock(pthread_mutex_t* m, const timespec* until) noexcept {
  return next_mutex_timedlock(m, until);
}
int pthread_spin_lock(pthread_spinlock_t* lock) noexcept { return next_spin_lock(lock); }
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept { return next_rdlock(lock); }
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept { return next_wrlock(lock); }
int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) noexcept { return next_tryrdlock(lock); }
int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) noexcept { return next_trywrlock(lock); }
int pthread_once(pthread_once_t* once, void (*run)()) { return next_once(once, run); }
// The slow path of a local static's first use.
int __cxa_guard_acquire(void* guard) { return next_guard_acquire(guard); }

int pthread_cond_wait(pthread_cond_t* c, pthread_mutex_t* m) { return next_cond_wait(c, m); }
int pthread_cond_timedwait(pthread_cond_t* c, pthread_mutex_t* m, const timespec* until) {
  return next_cond_timedwait(c, m, until);
}
int pthread_cond_clockwait(pthread_cond_t* c, pthread_mutex_t* m, clockid_t clock, const timespec* until) {
  return next_cond_clockwait(c, m, clock, until);
}
int pthread_cond_signal(pthread_cond_t* c) noexcept { return next_cond_signal(c); }
int pthread_cond_broadcast(pthread_cond_t* c) noexcept { return next_cond_broadcast(c); }
int sem_wait(sem_t* s) { return next_sem_wait(s); }
int sem_trywait(sem_t* s) noexcept { return next_sem_trywait(s); }
int sem_timedwait(sem_t* s, const timespec* until) { return next_sem_timedwait(s, until); }
int sem_post(sem_t* s) noexcept { return next_sem_post(s); }
int pthread_join(pthread_t thread, void** result) { return next_join(thread, result); }

int nanosleep(const timespec* duration, timespec* rest) { return next_nanosleep(duration, rest); }
int clock_nanosleep(clockid_t clock, int flags, const timespec* duration, timespec* rest) {
  return next_clock_nanosleep(clock, flags, duration, rest);
}
int usleep(useconds_t us) { return next_usleep(us); }
unsigned sleep(unsigned s) { return next_sleep(s); }

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return next_open(path, flags, mode);
}
int openat(int folder, const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return next_openat(folder, path, flags, mode);
}
int close(int fd) { return next_close(fd); }
ssize_t read(int fd, void* to, size_t size) { return next_read(fd, to, size); }
ssize_t write(int fd, const void* from, size_t size) { return next_write(fd, from, size); }
ssize_t pread(int fd, void* to, size_t size, off_t at) { return next_pread(fd, to, size, at); }
ssize_t pwrite(int fd, const void* from, size_t size, off_t at) { return next_pwrite(fd, from, size, at); }
ssize_t writev(int fd, const iovec* parts, int count) { return next_writev(fd, parts, count); }
int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list rest;
  va_start(rest, request);
  void* const argument = va_arg(rest, void*);
  va_end(rest);
  return next_ioctl(fd, request, argument);
}
int fsync(int fd) { return next_fsync(fd); }
int fdatasync(int fd) { return next_fdatasync(fd); }
int poll(pollfd* fds, nfds_t count, int timeout_ms) { return next_poll(fds, count, timeout_ms); }
int select(int count, fd_set* in, fd_set* out, fd_set* except, timeval* timeout) {
  return next_select(count, in, out, except, timeout);
}
int epoll_wait(int fd, epoll_event* events, int count, int timeout_ms) {
  return next_epoll_wait(fd, events, count, timeout_ms);
}
ssize_t recv(int fd, void* to, size_t size, int flags) { return next_recv(fd, to, size, flags); }
ssize_t send(int fd, const void* from, size_t size, int flags) { return next_send(fd, from, size, flags); }
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*), void* argument) noexcept {
  return next_create(thread, attributes, run, argument);
}
// Futexes come this way, hence std::atomic's wait and notify.
long syscall(long number, ...) noexcept {
  va_list rest;
  va_start(rest, number);
  long a[6];
  for (long& argument : a) argument = va_arg(rest, long);
  va_end(rest);
  return next_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  return next_mmap(at, size, protection, flags, fd, offset);
}
int munmap(void* at, size_t size) noexcept { return next_munmap(at, size); }
int madvise(void* at, size_t size, int advice) noexcept { return next_madvise(at, size, advice); }
int mprotect(void* at, size_t size, int protection) noexcept { return next_mprotect(at, size, protection); }
int brk(void* end) noexcept { return next_brk(end); }
int sched_yield() noexcept { return next_yield(); }

void __cxa_throw(void* exception, std::type_info* type, void (*destroy)(void*)) {
  next_throw(exception, type, destroy);
  std::abort();
}
}

#endif
