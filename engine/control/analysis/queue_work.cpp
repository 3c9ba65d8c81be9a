// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <utility>

#include "engine/base/log.h"
#include "engine/base/thread.h"
#include "engine/control/analysis/job.h"
#include "engine/net/url.h"

// What the queue's threads do.
namespace segue::control {
namespace {

constexpr double kEstimatesS[] = {10, 20, 30, 60};  // then each minute
constexpr double kEstimateEveryS = 60;
constexpr std::chrono::milliseconds kOpeningTurnMax{30'000};
constexpr int kKeepTriesMax = 50;  // 10 s for what is behind the music
constexpr int kLookTriesMax = 5;   // 1 s for a library that fails

double estimate_after(double heard_s) {
  for (const double at : kEstimatesS) {
    if (heard_s < at) return at;
  }
  return kEstimateEveryS * (std::floor(heard_s / kEstimateEveryS) + 1);
}

}  // namespace

void AnalysisQueue::run_asker(const std::stop_token& stop) {
  set_thread_name("segue-known");
  Lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (!closed_.empty()) {
      close_all(lock);
      continue;
    }
    if (!writes_.empty() && !is_writing_) {
      write_next(lock);
      continue;
    }
    const SteadyTime now = std::chrono::steady_clock::now();
    if (const Shared job = next(Role::kAsks, now)) {
      work_on(lock, job, nullptr, stop);
    } else if (!call_away_opening(lock, now)) {
      wait(lock, now, stop);
    }
  }
  // What the user has said is not lost by the end. Whoever writes just now does the rest.
  while (!writes_.empty() && !is_writing_) write_next(lock);
}

void AnalysisQueue::run_hearer(IdleThread& idle, const std::stop_token& stop) {
  set_thread_name("segue-listen");
  Lock lock(mutex_);
  while (!stop.stop_requested()) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (const Shared job = next(Role::kHears, now)) {
      work_on(lock, job, &idle, stop);
    } else {
      wait(lock, now, stop);
    }
  }
}

// One that asks is always left: for what is urgent, and for taking the time of openings.
void AnalysisQueue::be_busy() {
  if (++busy_askers_ == askers_ && askers_ < kAskersMax) start_thread(Role::kAsks);
}

// One at a time: of two edits of a grid the later one has to be what stays.
void AnalysisQueue::write_next(Lock& lock) {
  const Write write = std::move(writes_.front());
  writes_.pop_front();
  is_writing_ = true;
  be_busy();
  lock.unlock();
  write.work(*options_.store);
  lock.lock();
  --busy_askers_;
  is_writing_ = false;
}

void AnalysisQueue::close_all(Lock& lock) {
  auto closed = std::exchange(closed_, {});
  lock.unlock();
  closed.clear();
  lock.lock();
}

bool AnalysisQueue::call_away_opening(Lock& lock, SteadyTime now) {
  auto opening = next_to_give_way(now);
  if (!opening) return false;
  lock.unlock();
  opening->request_stop();
  lock.lock();
  return true;
}

void AnalysisQueue::wait(Lock& lock, SteadyTime now, const std::stop_token& stop) {
  const auto has_changed = [this, seen = changes_] { return changes_ != seen; };
  const SteadyTime at = next_look(now);
  if (at == SteadyTime::max()) {
    changed_.wait(lock, stop, has_changed);
  } else {
    changed_.wait_until(lock, stop, at, has_changed);
  }
}

// One step of one track: short, so that what is more urgent comes next.
void AnalysisQueue::work_on(Lock& lock, const Shared& job, IdleThread* idle, const std::stop_token& stop) {
  job->is_working = true;
  job->is_opening = job->listening == nullptr;
  if (job->is_opening) {
    job->stop = std::stop_source();
    job->opening_since = std::chrono::steady_clock::now();
    ++openings_;
  }
  if (idle == nullptr) be_busy();
  lock.unlock();
  idle == nullptr ? ask(*job) : hear(*job, *idle, stop);
  if (std::exchange(job->is_to_close, false)) job->listening.reset();
  lock.lock();
  if (idle == nullptr) --busy_askers_;
  if (job->is_opening) --openings_;
  job->is_opening = false;
  job->show();
  const bool is_stalled = job->has_no_bytes;
  settle(lock, job);
  if (idle == nullptr || is_stalled || !job->shown.is_to_be_heard) wake();  // it is for others now, or makes room
}

void AnalysisQueue::settle(Lock& lock, const Shared& job) {
  if (job->dropped) {
    close(*job);
    job->is_working = false;
    remove(job);
    return;
  }
  if (std::exchange(job->has_no_bytes, false)) {
    job->not_before = std::chrono::steady_clock::now() + options_.look_again;
  }
  if (std::exchange(job->is_called_away, false)) {  // others come first; a server that is only slow gets more time
    job->opening_turn = std::min(2 * job->opening_turn, kOpeningTurnMax);
    job->not_before = std::chrono::steady_clock::now() + job->opening_turn;
  }
  if (!job->is_over() && merge(job)) {
    job->is_working = false;
    remove(job);
    return;
  }
  if (job->has_news || job->is_dirty) tell(lock, job);
  job->is_working = false;
  if (job->dropped || job->is_over()) remove(job);
}

// Under no lock while it tells; the job stays with this thread meanwhile.
void AnalysisQueue::tell(Lock& lock, const Shared& job) {
  job->has_news = job->is_dirty = false;
  job->told_at = std::chrono::steady_clock::now();
  std::vector<Tell> tells;
  for (const Asker& asker : job->askers) tells.push_back(asker.tell);
  const AnalysisNews news = job->news;
  lock.unlock();
  for (const Tell& tell : tells) {
    if (tell) tell(news);
  }
  if (options_.on_news) options_.on_news(news);
  lock.lock();
  // Who has asked while the last news were told would hear none.
  if (job->is_dirty && job->is_over()) tell(lock, job);
}

void AnalysisQueue::ask(Job& job) {
  if (job.listening == nullptr) return open(job);
  if (!job.is_looked_up) return look_up(job);
  keep(job);
}

void AnalysisQueue::fail_with(Job& job, const Error& error) const {
  if (error.reason == "READ_INTERRUPTED") {  // opened anew when bytes have come
    job.has_no_bytes = job.is_to_close = true;
    return;
  }
  job.news.stage = AnalysisNews::Stage::kFailed;
  job.news.error = error;
  job.has_news = job.is_to_close = true;
}

void AnalysisQueue::open(Job& job) {
  const std::stop_token stop = job.stop.get_token();
  auto opened = Listening::open(options_.opener, job.request.uri, stop, job.dropped);
  if (!opened) {
    if (!stop.stop_requested() || job.dropped) return fail_with(job, opened.error());
    job.is_called_away = true;
    return;
  }
  job.listening = *std::move(opened);
  job.next_estimate_s = estimate_after(0);
  job.news.track.size = job.listening->size();
}

// False if the store fails, which is said once: then marks stay null, since what the user has said is not known.
bool AnalysisQueue::ask_store(Job& job, std::optional<model::TrackAnalysis>& kept) {
  if (options_.store == nullptr) {
    job.news.marks = std::make_shared<const model::TrackMarks>();
    return true;
  }
  // In this order: the store learns what the address holds, and that its marks may be known from another one.
  auto analysis = options_.store->analysis(job.news.track);
  auto marks = options_.store->marks(job.news.track);
  if (analysis) kept = *std::move(analysis);
  if (marks) job.news.marks = std::make_shared<const model::TrackMarks>(*std::move(marks));
  const bool has_failed = !analysis || !marks;
  if (has_failed && !has_store_failed_.exchange(true)) {
    log::warning("library_not_asked", {{"track", net::label_of(job.request.uri)},
                                       {"message", (analysis ? marks.error() : analysis.error()).message}});
  }
  if (!has_failed) has_store_failed_ = false;
  return !has_failed;
}

// What is known already: by the content, or by the address while the bytes are on their way.
void AnalysisQueue::look_up(Job& job) {
  job.is_looked_up = true;
  if (!job.listening->streams_in()) {
    const Result<std::string> content = job.listening->content();
    if (!content) return fail_with(job, content.error());
    job.news.track.content = *content;
  }
  std::optional<model::TrackAnalysis> kept;
  if (!ask_store(job, kept) && ++job.look_tries <= kLookTriesMax) {
    job.is_looked_up = false;
    job.has_no_bytes = true;
    return;
  }
  job.has_news = true;
  const bool is_current = kept && kept->version == model::kAnalysisVersion;
  if (kept && !job.request.is_forced) {
    job.news.analysis = std::make_shared<const model::TrackAnalysis>(*std::move(kept));
    job.news.is_from_library = true;
    job.is_remake = !is_current;
    if (is_current || job.request.is_library_only) {
      job.news.stage = AnalysisNews::Stage::kDone;
      job.news.progress = 1;
      job.listening.reset();
      return;
    }
  }
  if (job.request.is_library_only) {
    fail_with(job, {Code::kNotFound, "NOT_ANALYSED", net::label_of(job.request.uri) + ": not analysed yet"});
  }
}

// Behind everything else: from here on it is work that nobody waits for.
void AnalysisQueue::hear(Job& job, IdleThread& idle, const std::stop_token& stop) const {
  idle.run([this, &job] { job.listening->has_begun() ? listen(job) : begin(job); });
  const bool is_whole = job.due == Job::Due::kWhole;
  if (std::exchange(job.due, Job::Due::kNothing) == Job::Due::kNothing) return;
  // This may take long on a busy machine, so that the end must not wait for it.
  const auto answer = std::make_shared<model::TrackAnalysis>();
  const bool is_made = idle.run_or_leave(
      [answer, is_whole, analyser = job.listening->analyser()] {
        *answer = is_whole ? analyser->finish() : analyser->estimate();
      },
      stop);
  if (!is_made) return;
  job.listening->add_tags(*answer);
  job.has_news = true;
  if (is_whole) {
    answer->is_final = job.is_heard = true;
    job.news.is_from_library = false;
    job.news.progress = 1;
  }
  job.news.analysis = answer;
}

void AnalysisQueue::begin(Job& job) const {
  if (const auto begun = job.listening->begin(options_.make_analyser, job.request.hint); !begun) {
    return fail_with(job, begun.error());
  }
  job.news.stage = AnalysisNews::Stage::kRunning;
  job.has_news = true;
}

void AnalysisQueue::listen(Job& job) const {
  const auto outcome = job.listening->listen(job.next_estimate_s);
  if (!outcome) return fail_with(job, outcome.error());
  if (*outcome == Listening::Outcome::kEnd) {
    job.due = Job::Due::kWhole;
    return;
  }
  if (*outcome == Listening::Outcome::kNoBytes) {
    job.has_no_bytes = true;
    return;
  }
  job.news.progress = job.listening->progress();
  if (job.listening->heard_s() >= job.next_estimate_s) {
    job.next_estimate_s = estimate_after(job.listening->heard_s());
    // Of what is all there the whole answer comes soon enough; an answer of the library is better than a part of one.
    if (job.listening->streams_in() && !job.news.is_from_library) job.due = Job::Due::kEstimate;
  }
  if (std::chrono::steady_clock::now() - job.told_at >= options_.tell_every) job.has_news = true;
}

// The answer is told already; what is behind the music, tags, may still be on its way and belongs to the content.
void AnalysisQueue::keep(Job& job) {
  if (job.listening->streams_in() && ++job.keep_tries <= kKeepTriesMax) {
    job.has_no_bytes = true;
    return;
  }
  if (job.news.track.content.empty()) {
    if (const auto content = job.listening->content()) {
      job.news.track.content = *content;
    } else {
      log::warning("analysis_not_kept", {{"track", net::label_of(job.request.uri)}, {"message", content.error().message}});
    }
  }
  job.news.track.size = job.listening->size();
  job.listening.reset();
  if (options_.store != nullptr && !job.news.track.content.empty()) {
    if (const auto kept = options_.store->put_analysis(job.news.track, *job.news.analysis); !kept) {
      log::warning("analysis_not_kept", {{"track", net::label_of(job.request.uri)}, {"message", kept.error().message}});
    }
  }
  job.news.stage = AnalysisNews::Stage::kDone;
  job.has_news = true;
}

}  // namespace segue::control
