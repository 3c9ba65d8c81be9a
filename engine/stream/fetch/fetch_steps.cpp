// SPDX-License-Identifier: GPL-3.0-or-later
// What the steering thread decides. Deciding is under the mutex, acting is not.
#include <algorithm>
#include <utility>

#include "engine/stream/fetch/fetch.h"

namespace segue::stream {
namespace {

// A running transfer that reaches a demanded byte within so much is left alone: at 20 Mbit/s that is 100 ms.
constexpr std::int64_t kReachBytes = 256 << 10;
constexpr std::int64_t kReachBytesMax = 4 << 20;
constexpr std::int64_t kOverlapBytes = 1024;          // of music: never alike by chance
constexpr std::chrono::milliseconds kTellEvery{100};  // progress of a prefetch

}  // namespace

// The oldest one that has to be fetched.
const Fetch::Demand* Fetch::first_demand() const {
  const Demand* first = nullptr;
  for (const auto& [reader, demand] : demands_) {
    if (demand.serial == 0 || assembly_.end_from(demand.offset) > demand.offset) continue;
    if (!first || demand.serial < first->serial) first = &demand;
  }
  return first;
}

// Bytes may be fetched in any order: the server can, and something says that they are all of one version.
bool Fetch::may_jump() const {
  return serves_ranges_ != false && assembly_.size() >= 0 && !(known_.etag.empty() && known_.last_modified.empty());
}

// The transfer that runs does not serve who waits, and another one would.
bool Fetch::wants_cut() const {
  if (running_->is_background_ && users_ > 0) return true;
  const Demand* demand = first_demand();
  if (!demand || !is_answered_ || !may_jump()) return false;
  const std::int64_t begin = block_begin(demand->offset);
  const std::int64_t need = std::max(begin, assembly_.end_from(begin));
  const double round_trip_s = std::chrono::duration<double>(first_byte_in_).count();
  const auto by_rate = static_cast<std::int64_t>(std::min(bytes_per_s_ * round_trip_s, 1.0 * kReachBytesMax));
  const std::int64_t distance = need - running_->position_;
  const std::int64_t end = running_->end_;
  return distance < 0 || distance > std::max(kReachBytes, by_rate) || (end >= 0 && need >= end);
}

void Fetch::drop_transfer(Acts& acts) {
  if (!running_) return;
  running_->is_dropped_ = true;
  acts.cancel.push_back(running_->id_);
  cursor_ = running_->position_;
  running_ = nullptr;
}

void Fetch::tend_transfer(Acts& acts) {
  if (!running_) return;
  if (wants_cut()) return drop_transfer(acts);
  // What nobody reads at present takes nothing from those that somebody does.
  if (is_lingering() || (waiting_.size() >= kWaitingMax && !content_)) {
    if (!std::exchange(running_->is_paused_, true)) acts.pause = running_->id_;
  } else if (std::exchange(running_->is_paused_, false)) {
    acts.resume = running_->id_;
  }
}

void Fetch::plan(SteadyTime now, bool may_run_behind, Step& step, Acts& acts) {
  if (running_ || final_ || job_ != Job::kNone || assembly_.is_complete()) return;
  if (users_ == 0 && (prefetches_.empty() || !may_run_behind)) return;
  if (not_before_ > now) {
    step.next = std::min(step.next, not_before_);
    return;
  }
  if (needs_address()) {
    acts.job = job_ = Job::kResolve;
    return;
  }
  const Demand* demand = first_demand();
  if (demand) cursor_ = demand->offset;
  const bool with_range = serves_ranges_ != false;
  auto gap = assembly_.next_gap(may_jump() ? cursor_ : 0);
  if (!gap) return;
  // Where nothing names the version, the bytes have to: some of those that are there are asked for again and compared.
  if (known_.if_range().empty()) gap->from = std::max(block_begin(gap->from), gap->from - kOverlapBytes);
  auto transfer = make_transfer(with_range ? gap->from : 0, with_range, now);
  const SteadyTime open = services_.gates.opens_at(transfer->origin_, now);
  if (open > now) {
    not_before_ = open;
    step.next = std::min(step.next, open);
    ++failures_;
    begin_fault({Code::kResourceExhausted, "RATE_LIMITED", ref_.label + ": the server has asked for fewer requests"},
                true, now, step);
    progress();
    return;
  }
  count_request();
  acts.request = make_request(*transfer, with_range ? gap->to : -1);
  running_ = acts.start = std::move(transfer);
}

void Fetch::tend_prefetches(SteadyTime now, Step& step) {
  step.size = assembly_.size();
  const std::int64_t present = assembly_.count();
  const bool is_stored = waiting_.empty() && putting_.empty();
  std::erase_if(prefetches_, [&](const std::shared_ptr<Prefetch>& prefetch) {
    const bool is_done = assembly_.is_complete() && is_stored && content_;
    if (prefetch->told_bytes != present && (is_done || now - prefetch->told_at >= kTellEvery)) {
      prefetch->told_at = now;
      prefetch->told_bytes = present;
      step.progress.emplace_back(prefetch, present);
    }
    if (is_done) step.done.emplace_back(prefetch, Result<void>());
    if (final_ && !is_done) step.done.emplace_back(prefetch, tl::unexpected(*final_));
    return is_done || final_;
  });
  if (!prefetches_.empty() && running_) step.next = std::min(step.next, now + kTellEvery);
}

Fetch::Step Fetch::step(SteadyTime now, bool may_run_behind) {
  Step step;
  Acts acts;
  {
    const Lock lock(mutex_);
    if (is_closed_) return step;
    if (!is_prepared_) {
      // An open prepares on its own thread; a prefetch has none.
      if (users_ == 0 && job_ == Job::kNone) acts.job = job_ = Job::kPrepare;
    } else {
      // Bytes that came before the next failure ended the last one.
      if (fault_ && !final_ && has_flowed_ && !is_to_discard_) end_fault(now, step);
      take_ending(now, step, acts);
      if (auto resolved = std::exchange(resolved_, std::nullopt)) take_address(std::move(*resolved), now, step, acts);
      if (fault_ && !final_ && assembly_.is_complete() && !is_to_discard_) end_fault(now, step);
      tend_transfer(acts);
      if (is_answered_ && !has_asked_content_ && job_ == Job::kNone && !final_) {
        has_asked_content_ = true;
        acts.job = job_ = Job::kOpen;
      }
      plan(now, may_run_behind, step, acts);
      if (wants_check_ && !acts.start && users_ > 0) begin_check(now, acts);
      tend_prefetches(now, step);
    }
    step.is_busy_now = running_ && !running_->is_background_ && !is_lingering();
    step.is_busy_behind = running_ && running_->is_background_;
  }
  act(std::move(acts));
  return step;
}

bool Fetch::is_busy_behind() const {
  const Lock lock(mutex_);
  return running_ && running_->is_background_;
}

void Fetch::act(Acts acts) {
  net::HttpClient& http = services_.options.http;
  for (const net::HttpClient::Id id : acts.cancel) http.cancel(id);
  if (acts.pause) http.pause(*acts.pause);
  if (acts.resume) http.resume(*acts.resume);
  if (acts.discard) acts.discard->discard();
  if (acts.start) {
    const net::HttpClient::Id id = http.start(std::move(acts.request), acts.start);
    const Lock lock(mutex_);
    acts.start->id_ = id;
  }
  if (acts.job == Job::kNone) return;
  Workers& workers = acts.job == Job::kResolve ? services_.resolvers : services_.workers;
  workers.post([fetch = shared_from_this(), job = acts.job](const std::stop_token& stop) {
    if (job == Job::kPrepare) fetch->prepare();
    if (job == Job::kOpen) fetch->attach();
    if (job == Job::kResolve) fetch->resolve(stop);
    const Lock lock(fetch->mutex_);
    fetch->job_ = Job::kNone;
    if (!fetch->is_closed_) fetch->services_.wake();
  });
}

Fetch::Step Fetch::close(SteadyTime now, bool waits) {
  Step step;
  Acts acts;
  std::shared_ptr<CachedContent> content;
  {
    Lock lock(mutex_);
    if (is_closed_) return step;
    is_closed_ = true;
    progress();
    drop_transfer(acts);
    if (check_) {
      check_->is_dropped_ = true;
      services_.versions.give_back_check(key_);
      acts.cancel.push_back(check_->id_);
      check_ = nullptr;
    }
    end_fault(now, step);
    for (auto& prefetch : std::exchange(prefetches_, {})) {
      step.done.emplace_back(std::move(prefetch),
                             fail(Code::kCancelled, "FETCH_CLOSED", ref_.label + ": fetching has ended"));
    }
    // Threads in the cache hold the content themselves: one whose disk hangs must not stop all other fetches.
    if (waits) changed_.wait(lock, [this] { return in_cache_ == 0; });
    content = std::exchange(content_, nullptr);
  }
  if (content && is_to_discard_) content->discard();
  act(std::move(acts));
  return step;
}

}  // namespace segue::stream
