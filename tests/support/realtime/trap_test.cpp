// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/realtime/trap.h"

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

// A wait that ends because another thread says so.
void wait_until_told() {
  std::mutex mutex;
  std::condition_variable told;
  bool is_told = false;
  std::unique_lock lock(mutex);
  std::thread other([&] {
    const std::lock_guard inner(mutex);
    is_told = true;
    told.notify_one();
  });
  told.wait(lock, [&] { return is_told; });
  lock.unlock();
  other.join();
}

// What the offences are committed with.
struct Stage {
  Stage() {
    pthread_spin_init(&spinlock, 0);
    sem_init(&semaphore, 0, 100);
  }
  pthread_spinlock_t spinlock{};
  std::mutex mutex;
  std::shared_mutex shared_mutex;
  std::condition_variable condition;
  sem_t semaphore{};
  std::atomic<int> word{0};
  timespec brief{.tv_sec = 0, .tv_nsec = 1000};
  int null = open("/dev/null", O_RDWR);
  char byte = 0;
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
};

Stage& stage() {
  static Stage instance;
  return instance;
}

std::vector<Offence> heap() {
  using enum Forbidden;
  return {
      {"malloc", kHeap, [] { keep_and_free(std::malloc(100)); }},
      {"calloc", kHeap, [] { keep_and_free(std::calloc(10, 10)); }},
      {"realloc", kHeap, [] { keep_and_free(std::realloc(nullptr, 100)); }},
      {"posix_memalign", kHeap,
       [] {
         void* at = nullptr;
         if (posix_memalign(&at, 64, 128) == 0) keep_and_free(at);
       }},
      {"aligned_alloc", kHeap, [] { keep_and_free(std::aligned_alloc(64, 128)); }},
      {"memalign", kHeap, [] { keep_and_free(memalign(64, 128)); }},
      {"operator_new", kHeap,
       [] {
         auto made = std::make_unique<int>(1);
         keep(made.get());
       }},
      {"string", kHeap,
       [] {
         std::string text(100, 'x');
         keep(text.data());
       }},
  };
}

std::vector<Offence> locks_and_waits() {
  using enum Forbidden;
  return {
      {"std_mutex", kLock, [] { const std::lock_guard lock(stage().mutex); }},
      {"try_lock", kLock,
       [] {
         if (stage().mutex.try_lock()) stage().mutex.unlock();
       }},
      {"rwlock_read", kLock, [] { const std::shared_lock lock(stage().shared_mutex); }},
      {"rwlock_write", kLock, [] { const std::unique_lock lock(stage().shared_mutex); }},
      {"spinlock", kLock,
       [] {
         pthread_spin_lock(&stage().spinlock);
         pthread_spin_unlock(&stage().spinlock);
       }},
      {"static_local", kLock, [] { (void)static_local_of(7); }},
      {"notify_one", kWait, [] { stage().condition.notify_one(); }},
      {"notify_all", kWait, [] { stage().condition.notify_all(); }},
      {"timed_wait", kWait,
       [] {
         std::unique_lock lock(stage().mutex);
         stage().condition.wait_for(lock, std::chrono::microseconds(1));
       }},
      {"timed_wait_wall", kWait,
       [] {
         std::unique_lock lock(stage().mutex);
         stage().condition.wait_until(lock, std::chrono::system_clock::now());
       }},
      {"wait_until_told", kWait, [] { wait_until_told(); }},
      {"sem_wait", kWait, [] { sem_wait(&stage().semaphore); }},
      {"sem_trywait", kWait, [] { sem_trywait(&stage().semaphore); }},
      {"sem_timedwait", kWait,
       [] {
         timespec until{};
         sem_timedwait(&stage().semaphore, &until);
       }},
      {"sem_post", kWait, [] { sem_post(&stage().semaphore); }},
  };
}

std::vector<Offence> sleeps_and_system_calls() {
  using enum Forbidden;
  return {
      {"nanosleep", kSleep, [] { nanosleep(&stage().brief, nullptr); }},
      {"clock_nanosleep", kSleep, [] { clock_nanosleep(CLOCK_MONOTONIC, 0, &stage().brief, nullptr); }},
      {"usleep", kSleep, [] { usleep(1); }},
      {"sleep", kSleep, [] { sleep(0); }},
      {"sleep_for", kSleep, [] { std::this_thread::sleep_for(std::chrono::microseconds(1)); }},
      {"open", kSystemCall, [] { close(open("/dev/null", O_RDONLY)); }},
      {"openat", kSystemCall, [] { close(openat(AT_FDCWD, "/dev/null", O_RDONLY)); }},
      {"read", kSystemCall, [] { (void)!read(stage().null, &stage().byte, 1); }},
      {"write", kSystemCall, [] { (void)!write(stage().null, &stage().byte, 1); }},
      {"pread", kSystemCall, [] { (void)!pread(stage().null, &stage().byte, 1, 0); }},
      {"pwrite", kSystemCall, [] { (void)!pwrite(stage().null, &stage().byte, 1, 0); }},
      {"ioctl", kSystemCall,
       [] {
         int size = 0;
         ioctl(stage().null, FIONREAD, &size);
       }},
      {"fsync", kSystemCall, [] { fsync(stage().null); }},
      {"poll", kSystemCall,
       [] {
         pollfd one{.fd = stage().null, .events = POLLIN, .revents = 0};
         poll(&one, 1, 0);
       }},
      {"select", kSystemCall,
       [] {
         timeval zero{};
         select(0, nullptr, nullptr, nullptr, &zero);
       }},
      {"epoll_wait", kSystemCall,
       [] {
         epoll_event event{};
         epoll_wait(stage().null, &event, 1, 0);
       }},
      {"recv", kSystemCall, [] { recv(stage().null, &stage().byte, 1, 0); }},
      {"send", kSystemCall, [] { send(stage().null, &stage().byte, 1, 0); }},
      {"futex", kSystemCall, [] { syscall(SYS_futex, &stage().word, FUTEX_WAKE, 1, nullptr, nullptr, 0); }},
      {"std_thread", kSystemCall, [] { std::thread([] {}).join(); }},
  };
}

std::vector<Offence> others() {
  using enum Forbidden;
  return {
      {"mmap", kMapping, [] { munmap(mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096); }},
      {"madvise", kMapping, [] { madvise(stage().page, 4096, MADV_DONTNEED); }},
      {"mprotect", kMapping, [] { mprotect(stage().page, 4096, PROT_READ | PROT_WRITE); }},
      {"yield", kYield, [] { std::this_thread::yield(); }},
      {"throw", kThrow,
       [] {
         try {
           throw std::runtime_error("x");
         } catch (const std::exception&) {
           stage().byte = 0;
         }
       }},
  };
}

std::vector<Offence> offences() {
  (void)stage();
  std::vector<Offence> all;
  for (const auto& some : {heap(), locks_and_waits(), sleeps_and_system_calls(), others()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
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

}  // namespace
}  // namespace segue::test
