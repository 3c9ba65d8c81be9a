// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/idle_thread.h"

#include <atomic>
#include <semaphore>
#include <thread>
#include <utility>

#include "engine/base/thread.h"

namespace segue::control {

// Semaphores belong to nobody, so that neither side ever holds what the other waits for.
struct IdleThread::Shared {
  std::counting_semaphore<2> has_work{0};
  std::counting_semaphore<2> has_news{0};  // it is done, or who waits is stopped
  std::atomic<bool> is_done = false;
  std::atomic<bool> is_left = false;
  std::function<void()> work;  // set before has_work is; none: the end
};

IdleThread::IdleThread(bool is_lowered) : shared_(std::make_shared<Shared>()) {
  std::thread(live, shared_, is_lowered).detach();
}

IdleThread::~IdleThread() { shared_->has_work.release(); }

void IdleThread::live(const std::shared_ptr<Shared>& shared, bool is_lowered) {
  set_thread_name("segue-analysis");
  if (is_lowered) lower_to_background();
  flush_denormals();
  while (true) {
    shared->has_work.acquire();
    const auto work = std::exchange(shared->work, nullptr);
    if (!work || shared->is_left) return;
    work();
    shared->is_done = true;
    shared->has_news.release();
  }
}

bool IdleThread::run_or_leave(std::function<void()> work, const std::stop_token& stop) {
  while (shared_->has_news.try_acquire()) {
  }
  shared_->is_done = false;
  shared_->work = std::move(work);
  const std::stop_callback on_stop(stop, [this] { shared_->has_news.release(); });
  shared_->has_work.release();
  shared_->has_news.acquire();
  if (!shared_->is_done) shared_->is_left = true;
  return !shared_->is_left;
}

}  // namespace segue::control
