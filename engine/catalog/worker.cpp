// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/worker.h"

#include <algorithm>
#include <system_error>
#include <thread>

#include "engine/base/thread.h"
#include "engine/catalog/pending_call.h"

namespace segue::catalog {
namespace {

constexpr int kThreadsMax = 4;                       // a server answers as many at once; more would only wait there
constexpr std::size_t kQueueMax = 64;                // 5 s of somebody who types, on a slow server
constexpr auto kIdleMax = std::chrono::seconds(10);  // an idle thread stays for the next letter of a search
constexpr auto kCheckPatience = std::chrono::seconds(5);
constexpr Nanoseconds kChecksApart = std::chrono::seconds(5);  // a provider that fails is asked this often

}  // namespace

std::shared_ptr<Worker> Worker::start(Options options) {
  auto worker = std::make_shared<Worker>(std::move(options));
  worker->check_by(worker->options_.clock.monotonic());
  return worker;
}

Worker::Worker(Options options)
    : options_(std::move(options)), name_(options_.provider->name()), type_(options_.provider->describe().type) {}

Worker::~Worker() = default;

void Worker::ask(Ask ask) {
  const std::weak_ptr<Worker> weak = weak_from_this();
  const Nanoseconds began = options_.clock.monotonic();
  auto done = [weak, began, is_check = ask.is_check, done = std::move(ask.done)](Result<void> outcome) {
    if (const auto worker = weak.lock()) {
      worker->enter_call(outcome, began);
      if (is_check) worker->enter_check(outcome, std::nullopt);
    }
    done(std::move(outcome));
  };
  const auto call = std::make_shared<PendingCall>(std::move(ask.task), std::move(done), options_.alarms);
  call->begin(name_, began, ask.patience, ask.stop);
  if (enqueue(call, ask.is_urgent)) return;
  // Answers come from catalogue threads only.
  options_.alarms->soon([call, name = name_](Alarms::Why) {
    call->settle(fail(Code::kResourceExhausted, "PROVIDER_BUSY", name + ": too many calls wait for it; try later"));
  });
}

bool Worker::enqueue(const std::shared_ptr<PendingCall>& call, bool is_urgent) {
  const std::lock_guard lock(mutex_);
  if (is_closed_) return false;
  if (queue_.size() >= kQueueMax) std::erase_if(queue_, [](const auto& waiting) { return waiting->is_settled(); });
  if (queue_.size() >= kQueueMax) return false;
  if (static_cast<std::size_t>(idle_) <= queue_.size() && threads_ < kThreadsMax && !start_thread() && threads_ == 0)
    return false;
  queue_.insert(is_urgent ? queue_.begin() : queue_.end(), call);
  changed_.notify_all();
  return true;
}

// With mutex_ held. False if the system has no thread for it.
bool Worker::start_thread() {
  try {
    std::thread([self = shared_from_this()] { self->work(); }).detach();
  } catch (const std::system_error&) {
    return false;
  }
  ++threads_;
  return true;
}

void Worker::work() {
  set_thread_name(("segue-" + name_).substr(0, 15).c_str());
  std::unique_lock lock(mutex_);
  while (!is_closed_) {
    if (queue_.empty()) {
      ++idle_;
      const bool has_work = changed_.wait_for(lock, kIdleMax, [this] { return is_closed_ || !queue_.empty(); });
      --idle_;
      if (!has_work) break;
      continue;
    }
    std::shared_ptr<PendingCall> call = std::move(queue_.front());
    queue_.pop_front();
    if (call->is_settled()) continue;
    ++calling_;
    lock.unlock();
    Result<void> outcome = call->run(*options_.provider);
    lock.lock();
    --calling_;
    if (is_closed_) break;  // it was settled then, and the clock may be gone
    lock.unlock();
    call->settle(std::move(outcome));
    call.reset();
    lock.lock();
  }
  --threads_;
  changed_.notify_all();
}

ProviderStatus Worker::status() const {
  ProviderStatus status{options_.provider->describe(), {}, {}};
  const std::lock_guard lock(mutex_);
  status.health = book_.health();
  status.quota = quota_;
  return status;
}

void Worker::enter_call(const Result<void>& outcome, Nanoseconds began) {
  const Nanoseconds now = options_.clock.monotonic();
  Nanoseconds due = now;
  {
    const std::lock_guard lock(mutex_);
    const double took_ms = std::chrono::duration<double, std::milli>(now - began).count();
    if (!book_.enter_call(outcome, took_ms) || is_checking_) return;
    if (checked_at_) due = std::max(due, *checked_at_ + kChecksApart);
  }
  check_by(due);
}

// A check at `when`, unless one is due before.
void Worker::check_by(Nanoseconds when) {
  Alarms::Id replaced = 0;
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_ || check_due_ <= when) return;
    check_due_ = when;
    replaced = std::exchange(check_alarm_, 0);
  }
  options_.alarms->cancel(replaced);
  const auto id = options_.alarms->at(when, [weak = weak_from_this()](Alarms::Why why) {
    const auto worker = weak.lock();
    if (worker && why == Alarms::Why::kDue) worker->check_now();
  });
  const std::lock_guard lock(mutex_);
  if (check_due_ == when) check_alarm_ = id;
}

void Worker::check_now() {
  {
    const std::lock_guard lock(mutex_);
    check_due_ = Nanoseconds::max();
    check_alarm_ = 0;
    if (is_closed_ || is_checking_) return;
    is_checking_ = true;
  }
  const auto quota = std::make_shared<std::optional<Quota>>();
  const auto task = [quota](Provider& provider, const std::stop_token& stop) {
    auto outcome = provider.check(stop);
    if (!outcome) return outcome;
    if (auto known = provider.quota(stop)) *quota = *known;
    return outcome;
  };
  const auto done = [weak = weak_from_this(), quota](const Result<void>& outcome) {
    // What has not answered may write to the quota still.
    const auto worker = weak.lock();
    if (worker) worker->enter_check(outcome, outcome ? *quota : std::nullopt);
  };
  ask({.task = task, .done = done, .patience = kCheckPatience, .stop = {}, .is_urgent = false});
}

void Worker::enter_check(const Result<void>& outcome, const std::optional<Quota>& quota) {
  const Nanoseconds now = options_.clock.monotonic();
  const auto wall_s = std::chrono::duration_cast<std::chrono::seconds>(options_.clock.wall()).count();
  {
    const std::lock_guard lock(mutex_);
    is_checking_ = false;
    checked_at_ = now;
    if (quota) quota_ = *quota;
    const bool has_changed = book_.enter_check(outcome, wall_s);
    if (has_changed && options_.on_health) pending_news_.push_back(book_.health());
  }
  turns_.post([this] { tell_health(); });
  check_by(now + options_.check_every);
}

void Worker::tell_health() {
  for (;;) {
    Health news;
    {
      const std::lock_guard lock(mutex_);
      if (pending_news_.empty() || is_closed_) return;
      news = pending_news_.front();
      pending_news_.pop_front();
    }
    options_.on_health(name_, news);
  }
}

void Worker::close() {
  std::deque<std::shared_ptr<PendingCall>> dropped;
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  dropped.swap(queue_);
  changed_.notify_all();
}

int Worker::wait_ended(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return threads_ == 0; });
  changed_.wait(lock, [this] { return threads_ == calling_; });
  return calling_;
}

}  // namespace segue::catalog
