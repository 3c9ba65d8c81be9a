// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/realtime/trap.h"

#include <SoundTouch.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/realtime/thread_usage.h"

namespace segue::test {
namespace {

// One way to break a rule, and what it must be called.
struct Offence {
  const char* name;
  Forbidden kind;
  std::function<void()> commit;
};

void PrintTo(const Offence& offence, std::ostream* out) { *out << offence.name; }

template <typename T>
void keep(T* memory) {
  asm volatile("" : : "r"(memory) : "memory");  // or the compiler removes an allocation nobody uses
}

void keep_and_free(void* memory) {
  keep(memory);
  std::free(memory);
}

int static_local_of(int seed) {
  static const int kValue = std::atoi(std::to_string(seed).c_str());
  return kValue;
}

std::vector<Offence> offences() {
  using enum Forbidden;
  static pthread_spinlock_t spinlock;
  pthread_spin_init(&spinlock, 0);
  static std::mutex mutex;
  static std::shared_mutex shared_mutex;
  static std::condition_variable condition;
  static sem_t semaphore;
  sem_init(&semaphore, 0, 100);
  static std::atomic<int> word{0};
  static const timespec kShort{.tv_sec = 0, .tv_nsec = 1000};
  static const int kNull = open("/dev/null", O_RDWR);
  static char byte = 0;
  static void* const kPage = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return {
      {"malloc", kHeap, [] { keep_and_free(std::malloc(100)); }},
      {"calloc", kHeap, [] { keep_and_free(std::calloc(10, 10)); }},
      {"realloc", kHeap, [] { keep_and_free(std::realloc(nullptr, 100)); }},
      {"posix_memalign", kHeap, [] { void* at = nullptr; if (posix_memalign(&at, 64, 128) == 0) keep_and_free(at); }},
      {"aligned_alloc", kHeap, [] { keep_and_free(std::aligned_alloc(64, 128)); }},
      {"memalign", kHeap, [] { keep_and_free(memalign(64, 128)); }},
      {"operator_new", kHeap, [] { auto made = std::make_unique<int>(1); keep(made.get()); }},
      {"string", kHeap, [] { std::string text(100, 'x'); keep(text.data()); }},
      {"std_mutex", kLock, [] { const std::lock_guard lock(mutex); }},
      {"try_lock", kLock, [] { if (mutex.try_lock()) mutex.unlock(); }},
      {"rwlock_read", kLock, [] { const std::shared_lock lock(shared_mutex); }},
      {"rwlock_write", kLock, [] { const std::unique_lock lock(shared_mutex); }},
      {"spinlock", kLock, [] { pthread_spin_lock(&spinlock); pthread_spin_unlock(&spinlock); }},
      {"static_local", kLock, [] { (void)static_local_of(7); }},
      {"notify_one", kWait, [] { condition.notify_one(); }},
      {"notify_all", kWait, [] { condition.notify_all(); }},
      {"timed_wait", kWait, [] { std::unique_lock lock(mutex); condition.wait_for(lock, std::chrono::microseconds(1)); }},
      {"timed_wait_wall", kWait, [] { std::unique_lock lock(mutex); condition.wait_until(lock, std::chrono::system_clock::now()); }},
      {"wait_satisfied", kWait, [] { std::unique_lock lock(mutex); std::thread([] { const std::lock_guard inner(mutex); word = 1; condition.notify_one(); }).detach(); condition.wait(lock, [] { return word == 1; }); }},
      {"sem_wait", kWait, [] { sem_wait(&semaphore); }},
      {"sem_trywait", kWait, [] { sem_trywait(&semaphore); }},
      {"sem_timedwait", kWait, [] { timespec until{}; sem_timedwait(&semaphore, &until); }},
      {"sem_post", kWait, [] { sem_post(&semaphore); }},
      {"nanosleep", kSleep, [] { nanosleep(&kShort, nullptr); }},
      {"clock_nanosleep", kSleep, [] { clock_nanosleep(CLOCK_MONOTONIC, 0, &kShort, nullptr); }},
      {"usleep", kSleep, [] { usleep(1); }},
      {"sleep", kSleep, [] { sleep(0); }},
      {"sleep_for", kSleep, [] { std::this_thread::sleep_for(std::chrono::microseconds(1)); }},
      {"open", kSystemCall, [] { close(open("/dev/null", O_RDONLY)); }},
      {"openat", kSystemCall, [] { close(openat(AT_FDCWD, "/dev/null", O_RDONLY)); }},
      {"read", kSystemCall, [] { (void)!read(kNull, &byte, 1); }},
      {"write", kSystemCall, [] { (void)!write(kNull, &byte, 1); }},
      {"pread", kSystemCall, [] { (void)!pread(kNull, &byte, 1, 0); }},
      {"pwrite", kSystemCall, [] { (void)!pwrite(kNull, &byte, 1, 0); }},
      {"ioctl", kSystemCall, [] { int size = 0; ioctl(kNull, FIONREAD, &size); }},
      {"fsync", kSystemCall, [] { fsync(kNull); }},
      {"poll", kSystemCall, [] { pollfd one{.fd = kNull, .events = POLLIN, .revents = 0}; poll(&one, 1, 0); }},
      {"select", kSystemCall, [] { timeval zero{}; select(0, nullptr, nullptr, nullptr, &zero); }},
      {"epoll_wait", kSystemCall, [] { epoll_event event{}; epoll_wait(kNull, &event, 1, 0); }},
      {"recv", kSystemCall, [] { recv(kNull, &byte, 1, 0); }},
      {"send", kSystemCall, [] { send(kNull, &byte, 1, 0); }},
      {"futex", kSystemCall, [] { syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0); }},
      {"std_thread", kSystemCall, [] { std::thread([] {}).join(); }},
      {"mmap", kMapping, [] { munmap(mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096); }},
      {"madvise", kMapping, [] { madvise(kPage, 4096, MADV_DONTNEED); }},
      {"mprotect", kMapping, [] { mprotect(kPage, 4096, PROT_READ | PROT_WRITE); }},
      {"yield", kYield, [] { std::this_thread::yield(); }},
      {"throw", kThrow, [] { try { throw std::runtime_error("x"); } catch (const std::exception&) { byte = 0; } }},
  };
}

class EveryOffence : public testing::TestWithParam<Offence> {};

TEST_P(EveryOffence, IsCaughtInsideAScopeOnly) {
  RealtimeTrap::reset();
  {
    const RealtimeScope scope;
    GetParam().commit();
  }
  const std::uint64_t inside = RealtimeTrap::violations(GetParam().kind);
  const std::string report = RealtimeTrap::report();
  GetParam().commit();
  if (RealtimeTrap::is_compiled_in()) {
    EXPECT_GE(inside, 1U) << report;
  } else {
    EXPECT_EQ(inside, 0U);
  }
  EXPECT_EQ(RealtimeTrap::violations(GetParam().kind), inside) << "counted outside of a scope";
}

INSTANTIATE_TEST_SUITE_P(RealtimeTrap, EveryOffence, testing::ValuesIn(offences()),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(RealtimeTrap, LetsArithmeticAndAtomicsPass) {
  std::vector<float> values(4096, 0.5F);
  std::atomic<int> shared{0};
  RealtimeTrap::reset();
  const ThreadUsage before = ThreadUsage::now();
  float sum = 0;
  {
    const RealtimeScope scope;
    for (const float value : values) sum += value * value;
    shared.store(static_cast<int>(sum), std::memory_order_release);
    (void)shared.exchange(3);
    (void)std::chrono::steady_clock::now();
  }
  const ThreadUsage used = ThreadUsage::now().since(before);
  EXPECT_EQ(RealtimeTrap::violations(), 0U) << RealtimeTrap::report();
  EXPECT_EQ(used.major_faults, 0);
  EXPECT_FLOAT_EQ(sum, 1024.0F);
}

TEST(RealtimeTrap, HoldsOnlyTheThreadInTheScope) {
  RealtimeTrap::reset();
  std::atomic<bool> is_inside{false};
  std::atomic<bool> may_leave{false};
  std::thread realtime([&] {
    const RealtimeScope scope;
    is_inside.store(true);
    while (!may_leave.load()) {
    }
  });
  while (!is_inside.load()) std::this_thread::yield();
  keep_and_free(std::malloc(100));
  may_leave.store(true);
  realtime.join();
  EXPECT_EQ(RealtimeTrap::violations(), 0U) << RealtimeTrap::report();
}

TEST(RealtimeTrap, ScopesNest) {
  RealtimeTrap::reset();
  {
    const RealtimeScope outer;
    { const RealtimeScope inner; }
    keep_and_free(std::malloc(100));
  }
  EXPECT_EQ(RealtimeTrap::violations(), RealtimeTrap::is_compiled_in() ? 2U : 0U) << "malloc and free";
}

TEST(RealtimeTrap, SeesInsideASharedLibrary) {
  soundtouch::SoundTouch stretcher;
  stretcher.setSampleRate(48'000);
  stretcher.setChannels(2);
  RealtimeTrap::reset();
  {
    const RealtimeScope scope;
    stretcher.setPitch(1.1);  // designs its filter anew, in new memory
  }
  if (!RealtimeTrap::is_compiled_in()) return;
  EXPECT_GE(RealtimeTrap::violations(Forbidden::kHeap), 2U);
  EXPECT_NE(RealtimeTrap::report().find("SoundTouch"), std::string::npos) << RealtimeTrap::report();
}

TEST(RealtimeTrapDeathTest, CanStopAtTheFirstViolation) {
  if (!RealtimeTrap::is_compiled_in()) return;
  EXPECT_DEATH(
      {
        RealtimeTrap::reset();
        RealtimeTrap::set_aborts(true);
        const RealtimeScope scope;
        keep_and_free(std::malloc(100));
      },
      "");
}

TEST(ThreadUsage, SeesFirstTouchesOfMemory) {
  constexpr std::size_t kPages = 64;
  auto* const memory = static_cast<char*>(
      mmap(nullptr, kPages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
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
  std::thread([] {}).join();
  timespec brief{.tv_sec = 0, .tv_nsec = 1'000'000};
  nanosleep(&brief, nullptr);
  EXPECT_GE(ThreadUsage::now().since(before).voluntary_switches, 1);
}

}  // namespace
}  // namespace segue::test
