// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/rt/interleaving/interleaver.h"

#include <memory>

#include <ucontext.h>

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace segue::test {
namespace {

constexpr std::size_t kStackBytes = 256 * 1024;

// One trial being run: two coroutines, of which one runs until its next step.
class Run {
 public:
  // `choices` is the schedule to follow: at each step at which both could go on, which one does. Past its end the
  // first goes on, and the choice is added.
  Run(Trial& trial, std::vector<int>& choices, Weakened weakened)
      : trial_(trial), choices_(choices), weakened_(weakened) {}

  void go();
  void step() { switch_to_scheduler(); }
  void fail(const std::string& why) {
    if (failure_.empty()) failure_ = why;
  }
  Weakened weakened() const { return weakened_; }
  int running() const { return running_; }
  Seen& seen() { return seen_[static_cast<std::size_t>(running_)]; }
  const std::string& failure() const { return failure_; }

 private:
  static void enter();
  void prepare(std::size_t thread);
  int choose();
  void resume(int thread);
  void switch_to_scheduler();

  Trial& trial_;
  std::vector<int>& choices_;
  Weakened weakened_;
  std::size_t choices_made_ = 0;
  int running_ = -1;
  std::array<bool, kThreads> is_done_{};
  std::array<Seen, kThreads> seen_{};
  std::array<ucontext_t, kThreads> contexts_{};
#if defined(__SANITIZE_THREAD__)
  std::array<void*, kThreads> fibers_{};
  void* scheduler_fiber_ = nullptr;
#endif
  ucontext_t scheduler_{};
  std::string failure_;
};

// The run in progress. Coroutines have no other way to find it, and explore() is not reentrant.
Run* current = nullptr;

std::array<std::unique_ptr<char[]>, kThreads>& stacks() {
  static std::array<std::unique_ptr<char[]>, kThreads> kept = {std::make_unique<char[]>(kStackBytes),
                                                               std::make_unique<char[]>(kStackBytes)};
  return kept;
}

void Run::enter() {
  const auto thread = static_cast<std::size_t>(current->running_);
  current->trial_.bodies[thread]();
  current->is_done_[thread] = true;
  current->switch_to_scheduler();
}

void Run::switch_to_scheduler() {
  const auto thread = static_cast<std::size_t>(running_);
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(scheduler_fiber_, 0);
#endif
  swapcontext(&contexts_[thread], &scheduler_);
}

void Run::resume(int thread) {
  running_ = thread;
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(fibers_[static_cast<std::size_t>(thread)], 0);
#endif
  swapcontext(&scheduler_, &contexts_[static_cast<std::size_t>(thread)]);
  running_ = -1;
}

int Run::choose() {
  if (is_done_[0]) return 1;
  if (is_done_[1]) return 0;
  if (choices_made_ == choices_.size()) choices_.push_back(0);
  return choices_[choices_made_++];
}

void Run::prepare(std::size_t thread) {
  ucontext_t& context = contexts_[thread];
  getcontext(&context);
  context.uc_stack.ss_sp = stacks()[thread].get();
  context.uc_stack.ss_size = kStackBytes;
  context.uc_link = nullptr;
  makecontext(&context, &Run::enter, 0);
#if defined(__SANITIZE_THREAD__)
  fibers_[thread] = __tsan_create_fiber(0);
#endif
}

void Run::go() {
  current = this;
#if defined(__SANITIZE_THREAD__)
  scheduler_fiber_ = __tsan_get_current_fiber();
#endif
  for (std::size_t thread = 0; thread < kThreads; ++thread) prepare(thread);
  while (!is_done_[0] || !is_done_[1]) resume(choose());
#if defined(__SANITIZE_THREAD__)
  for (void* fiber : fibers_) __tsan_destroy_fiber(fiber);
#endif
  current = nullptr;
}

// The next schedule in the order of counting; false after the last.
bool advance(std::vector<int>& choices) {
  while (!choices.empty() && choices.back() == kThreads - 1) choices.pop_back();
  if (choices.empty()) return false;
  ++choices.back();
  return true;
}

}  // namespace

Exploration explore(const std::function<Trial()>& make_trial, Weakened weakened) {
  Exploration result;
  std::vector<int> choices;
  do {
    Trial trial = make_trial();
    Run run(trial, choices, weakened);
    run.go();
    ++result.schedules;
    result.failure = run.failure().empty() ? trial.check() : run.failure();
    if (result.failure.empty()) continue;
    result.failure += " in schedule ";
    for (const int choice : choices) result.failure += static_cast<char>('0' + choice);
    break;
  } while (advance(choices));
  return result;
}

void fail_trial(const std::string& why) {
  if (current != nullptr) current->fail(why);
}

namespace interleaver {

void step() {
  if (current != nullptr && current->running() >= 0) current->step();
}

// Before and after a trial there is one thread, which need not see anything.
bool is_acquire(std::memory_order order) {
  if (this_thread() < 0 || current->weakened() == Weakened::kAcquire) return false;
  return order == std::memory_order_acquire || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

bool is_release(std::memory_order order) {
  if (this_thread() < 0 || current->weakened() == Weakened::kRelease) return false;
  return order == std::memory_order_release || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

Seen& seen_by_this_thread() {
  static Seen outside{};
  return current != nullptr && current->running() >= 0 ? current->seen() : outside;
}

int this_thread() { return current == nullptr ? -1 : current->running(); }

void tick() {
  if (this_thread() >= 0) ++seen_by_this_thread()[static_cast<std::size_t>(this_thread())];
}

}  // namespace interleaver

void AccessLog::note_read() {
  const int me = interleaver::this_thread();
  if (me < 0) return;
  const auto other = static_cast<std::size_t>(1 - me);
  interleaver::tick();
  const Seen& seen = interleaver::seen_by_this_thread();
  if (writes_[other] > seen[other]) fail_trial("data race: read of what the other thread wrote");
  reads_[static_cast<std::size_t>(me)] = seen[static_cast<std::size_t>(me)];
}

void AccessLog::note_write() {
  const int me = interleaver::this_thread();
  if (me < 0) return;
  const auto other = static_cast<std::size_t>(1 - me);
  interleaver::tick();
  const Seen& seen = interleaver::seen_by_this_thread();
  if (writes_[other] > seen[other]) fail_trial("data race: write over what the other thread wrote");
  if (reads_[other] > seen[other]) fail_trial("data race: write over what the other thread reads");
  writes_[static_cast<std::size_t>(me)] = seen[static_cast<std::size_t>(me)];
}

}  // namespace segue::test
