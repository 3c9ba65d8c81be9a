// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/queue.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "engine/base/log.h"
#include "engine/control/analysis/job.h"
#include "engine/model/config.h"

namespace segue::control {

AnalysisQueue::AnalysisQueue(Options options) : options_(std::move(options)) {}

AnalysisQueue::~AnalysisQueue() {
  std::vector<std::jthread> threads;
  std::vector<std::stop_source> openings;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    for (const Shared& job : jobs_) {
      job->dropped = true;
      openings.push_back(job->stop);
    }
    threads.swap(threads_);
  }
  for (std::stop_source& opening : openings) opening.request_stop();
  for (std::jthread& thread : threads) thread.request_stop();
  for (std::jthread& thread : threads) thread.join();
}

// Started with the first work, so that an engine that analyses nothing has no thread for it.
void AnalysisQueue::start_threads() {
  if (askers_ == 0) start_thread(Role::kAsks);
  while (hearers_ < options_.threads && !is_stopped_) {
    const int before = hearers_;
    start_thread(Role::kHears);
    if (hearers_ == before) return;
  }
}

void AnalysisQueue::start_thread(Role role) {
  if (is_stopped_) return;
  try {
    if (role == Role::kAsks) {
      threads_.emplace_back([this](const std::stop_token& stop) { run_asker(stop); });
      ++askers_;
      return;
    }
    auto idle = std::make_unique<IdleThread>(options_.is_lowered);
    threads_.emplace_back([this, idle = std::move(idle)](const std::stop_token& stop) { run_hearer(*idle, stop); });
    ++hearers_;
  } catch (const std::system_error& error) {
    log::error("analysis_thread_missing", {{"message", error.what()}});
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
  // What decks have is bounded by their number, and never refused for what others ask.
  if (asks_ >= static_cast<std::size_t>(model::kAnalysesMax) && request.urgency > Urgency::kLoaded) {
    return fail(Code::kResourceExhausted, "ANALYSIS_QUEUE_FULL",
                std::to_string(model::kAnalysesMax) + " tracks wait to be analysed: try again later");
  }
  const std::uint64_t id = ++last_ask_;
  Shared job = find_same(request);
  if (job == nullptr) {
    job = std::make_shared<Job>();
    job->request = request;
    job->opening_turn = options_.opening_turn;
    job->news.track.uri = request.uri;
    jobs_.push_back(job);
  }
  job->askers.push_back({id, request.urgency, std::move(tell)});
  job->is_dirty = true;
  ++asks_;
  start_threads();
  wake();
  return id;
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
  std::stop_source opening(std::nostopstate);
  {
    const std::lock_guard lock(mutex_);
    const auto is_it = [ask](const Asker& asker) { return asker.id == ask; };
    for (auto at = jobs_.begin(); at != jobs_.end(); ++at) {
      const Shared job = *at;
      if (std::erase_if(job->askers, is_it) == 0) continue;
      --asks_;
      if (!job->askers.empty()) return;
      job->dropped = true;
      opening = job->stop;
      if (!job->is_working) {
        close(*job);
        jobs_.erase(at);
      }
      wake();
      break;
    }
  }
  opening.request_stop();
}

void AnalysisQueue::hold(bool is_held) {
  const std::lock_guard lock(mutex_);
  if (is_held_ == is_held) return;
  is_held_ = is_held;
  wake();
}

void AnalysisQueue::write(const std::string& key, std::function<void(AnalysisStore&)> work) {
  if (options_.store == nullptr) return;
  const std::lock_guard lock(mutex_);
  std::erase_if(writes_, [&key](const Write& waiting) { return waiting.key == key; });
  writes_.push_back({key, std::move(work)});
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

bool AnalysisQueue::is_ready(const Job& job, SteadyTime now) {
  return !job.is_working && !job.dropped && !job.is_over() && job.not_before <= now;
}

bool AnalysisQueue::may_open(const Job& job, bool has_room) const {
  if (job.urgency() <= Urgency::kLoaded) return true;
  return !is_held_ && (has_room || job.request.is_library_only);
}

// Of what no deck has only so much is opened as will be heard soon: opening fetches. What waits for bytes, or too long
// for a server, makes room for others.
bool AnalysisQueue::has_room(SteadyTime now) const {
  int ahead = 0;
  for (const Shared& job : jobs_) {
    if (job->urgency() <= Urgency::kLoaded || job->is_over() || job->not_before > now) continue;
    const bool is_being_opened = job->is_opening && job->opening_since + job->opening_turn > now;
    ahead += job->shown.is_open || is_being_opened ? 1 : 0;
  }
  return ahead <= options_.threads;
}

// Of what is as urgent, what a server has kept waiting comes last.
bool AnalysisQueue::comes_before(const Job& a, const Job& b) {
  return std::pair(a.urgency(), a.opening_turn) < std::pair(b.urgency(), b.opening_turn);
}

AnalysisQueue::Shared AnalysisQueue::next(Role role, SteadyTime now) {
  if (role == Role::kHears && is_held_) return nullptr;
  const bool has_room = role == Role::kAsks && this->has_room(now);
  const auto may_run = [&](const Job& job) {
    if (!is_ready(job, now) || job.shown.is_to_be_heard != (role == Role::kHears)) return false;
    return job.shown.is_open || (openings_ < kOpeningsMax && may_open(job, has_room));
  };
  Shared best;
  for (const Shared& job : jobs_) {
    if (may_run(*job) && (best == nullptr || comes_before(*job, *best))) best = job;
  }
  if (best != nullptr && !best->shown.is_open) make_room_for(*best);
  return best;
}

// Where all openings wait for servers, one that is less urgent gives way at once, another after its turn: servers that
// do not answer must keep nobody else waiting. Nothing if none has to.
std::optional<std::stop_source> AnalysisQueue::next_to_give_way(SteadyTime now) const {
  if (openings_ < kOpeningsMax) return std::nullopt;
  const bool has_room = this->has_room(now);
  auto waiting = static_cast<Urgency>(static_cast<int>(Urgency::kBackground) + 1);
  for (const Shared& job : jobs_) {
    if (is_ready(*job, now) && !job->shown.is_open && may_open(*job, has_room)) waiting = std::min(waiting, job->urgency());
  }
  if (waiting > Urgency::kBackground) return std::nullopt;
  Shared least;
  for (const Shared& job : jobs_) {
    if (!job->is_opening) continue;
    if (job->stop.stop_requested()) return std::nullopt;  // one is on its way out
    const bool is_late = job->opening_since + job->opening_turn <= now;
    if (!is_late && job->urgency() <= waiting) continue;
    if (least == nullptr || job->urgency() > least->urgency()) least = job;
  }
  return least == nullptr ? std::nullopt : std::optional(least->stop);
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
  close(*least);
  least->shown.is_open = false;
}

// Somebody else destroys it: that takes the locks of fetches, and its time.
void AnalysisQueue::close(Job& job) {
  if (job.listening == nullptr) return;
  closed_.push_back(std::move(job.listening));
  wake();
}

// When bytes that had not come are to be looked for again, or an opening has had its turn.
AnalysisQueue::SteadyTime AnalysisQueue::next_look(SteadyTime now) const {
  SteadyTime at = SteadyTime::max();
  for (const Shared& job : jobs_) {
    if (job->dropped || job->is_over()) continue;
    const SteadyTime next = job->is_opening ? job->opening_since + job->opening_turn : job->not_before;
    if (next > now) at = std::min(at, next);
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
