// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/queue.h"

#include <algorithm>
#include <system_error>

#include "engine/base/log.h"
#include "engine/base/thread.h"
#include "engine/control/analysis/job.h"
#include "engine/model/config.h"

namespace segue::control {

AnalysisQueue::AnalysisQueue(Options options) : options_(std::move(options)) {}

AnalysisQueue::~AnalysisQueue() {
  std::vector<std::jthread> threads;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    for (const Shared& job : jobs_) {
      job->dropped = true;
      job->stop.request_stop();
    }
    threads.swap(threads_);
  }
  // What they are at is short, but on a machine without idle time it would take for ever.
  for (std::jthread& thread : threads) {
    thread.request_stop();
    lift_from_background(thread);
  }
  for (std::jthread& thread : threads) thread.join();
}

// Started with the first work, so that an engine that analyses nothing has no thread for it.
void AnalysisQueue::start_threads() {
  const int wanted = std::max(options_.threads, 1);
  while (static_cast<int>(threads_.size()) < wanted && !is_stopped_) {
    try {
      threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
    } catch (const std::system_error& error) {
      log::error("analysis_thread_missing", {{"message", error.what()}});
      return;
    }
  }
}

void AnalysisQueue::wake() {
  ++changes_;
  changed_.notify_all();
}

AnalysisQueue::Shared AnalysisQueue::find_same(const Request& request) const {
  for (const Shared& job : jobs_) {
    if (!job->is_over() && !job->dropped && job->request.uri == request.uri && job->is_same_work(request)) return job;
  }
  return nullptr;
}

Result<std::uint64_t> AnalysisQueue::ask(const Request& asked, Tell tell) {
  Request request = asked;
  request.is_library_only = asked.is_library_only || options_.threads == 0;
  const std::lock_guard lock(mutex_);
  if (asks_ >= static_cast<std::size_t>(model::kAnalysesMax)) {
    return fail(Code::kResourceExhausted, "ANALYSIS_QUEUE_FULL", "4,096 tracks wait to be analysed: try again later");
  }
  const std::uint64_t id = ++last_ask_;
  Shared job = find_same(request);
  if (job == nullptr) {
    job = std::make_shared<Job>();
    job->request = request;
    job->news.track.uri = request.uri;
    jobs_.push_back(job);
  }
  job->askers.push_back({id, request.urgency, std::move(tell)});
  job->is_dirty = true;
  ++asks_;
  call_away_openings(job->urgency());
  start_threads();
  wake();
  return id;
}

// A server that does not answer must not keep a deck waiting: what is less urgent is opened again later.
void AnalysisQueue::call_away_openings(Urgency urgency) {
  for (const Shared& job : jobs_) {
    if (job->is_opening && job->urgency() > urgency) job->stop.request_stop();
  }
}

void AnalysisQueue::set_urgency(std::uint64_t ask, Urgency urgency) {
  const std::lock_guard lock(mutex_);
  for (const Shared& job : jobs_) {
    for (Asker& asker : job->askers) {
      if (asker.id != ask || asker.urgency == urgency) continue;
      asker.urgency = urgency;
      wake();
    }
  }
}

void AnalysisQueue::withdraw(std::uint64_t ask) {
  const std::lock_guard lock(mutex_);
  for (auto at = jobs_.begin(); at != jobs_.end(); ++at) {
    const Shared job = *at;
    if (std::erase_if(job->askers, [ask](const Asker& asker) { return asker.id == ask; }) == 0) continue;
    --asks_;
    if (!job->askers.empty()) return;
    job->dropped = true;
    job->stop.request_stop();
    if (!job->is_working) jobs_.erase(at);
    return;
  }
}

void AnalysisQueue::hold(bool is_held) {
  const std::lock_guard lock(mutex_);
  if (is_held_ == is_held) return;
  is_held_ = is_held;
  wake();
}

void AnalysisQueue::write(std::function<void(AnalysisStore&)> write) {
  if (options_.store == nullptr) return;
  const std::lock_guard lock(mutex_);
  writes_.push_back(std::move(write));
  start_threads();
  wake();
}

std::vector<AnalysisQueue::Item> AnalysisQueue::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<Item> items;
  for (const Shared& job : jobs_) {
    if (!job->dropped && !job->is_over()) items.push_back({job->request.uri, job->urgency(), job->shown.stage, job->shown.progress});
  }
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.urgency < b.urgency; });
  return items;
}

// --- which is next

bool AnalysisQueue::may_run(const Job& job, SteadyTime now) const {
  return !job.is_working && !job.dropped && !job.is_over() && job.not_before <= now;
}

AnalysisQueue::Shared AnalysisQueue::next(SteadyTime now) {
  if (is_held_) return nullptr;
  Shared best;
  for (const Shared& job : jobs_) {
    if (may_run(*job, now) && (best == nullptr || job->urgency() < best->urgency())) best = job;
  }
  if (best != nullptr && !best->shown.is_open) make_room_for(*best);
  return best;
}

// What is heard only in part and waits takes memory: the least urgent of too many begins anew later.
void AnalysisQueue::make_room_for(const Job& job) {
  int open = 0;
  Shared least;
  for (const Shared& other : jobs_) {
    if (!other->shown.is_open && !other->is_working) continue;
    ++open;
    if (other->is_working || other.get() == &job) continue;
    if (least == nullptr || other->urgency() >= least->urgency()) least = other;
  }
  if (open < model::kAnalysesOpenMax || least == nullptr) return;
  least->listening.reset();
  least->shown.is_open = false;
}

// When bytes that had not come are to be looked for again.
AnalysisQueue::SteadyTime AnalysisQueue::next_look() const {
  SteadyTime at = SteadyTime::max();
  for (const Shared& job : jobs_) {
    if (!job->is_working && !job->dropped && !job->is_over()) at = std::min(at, job->not_before);
  }
  return at;
}

void AnalysisQueue::remove(const Shared& job) {
  asks_ -= job->askers.size();
  std::erase(jobs_, job);
}

// The content is being analysed already, under another address: whoever asked for this one waits for that.
bool AnalysisQueue::merge(const Shared& job) {
  if (job->shown.content.empty()) return false;
  for (const Shared& other : jobs_) {
    if (other == job || other->dropped || other->is_over() || !other->is_same_work(job->request)) continue;
    if (other->shown.content != job->shown.content) continue;
    for (Asker& asker : job->askers) other->askers.push_back(std::move(asker));
    job->askers.clear();
    other->is_dirty = true;
    return true;
  }
  return false;
}

}  // namespace segue::control
