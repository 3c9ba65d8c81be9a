// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/fetch/fetcher.h"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/log.h"
#include "engine/base/thread.h"
#include "engine/stream/fetch/fetch_source.h"

namespace segue::stream {
namespace {

constexpr int kWorkers = 2;    // a disk does not get faster by more
constexpr int kResolvers = 4;  // each waits up to 15 s for a catalogue that hangs

// Wakes the steering thread; what comes while it works wakes it again.
class Alarm {
 public:
  void ring() {
    {
      const std::lock_guard lock(mutex_);
      is_rung_ = true;
    }
    rung_.notify_one();
  }
  void wait(const std::stop_token& stop, SteadyTime until) {
    std::unique_lock lock(mutex_);
    const auto is_rung = [this] { return is_rung_; };
    if (until == SteadyTime::max()) {
      rung_.wait(lock, stop, is_rung);
    } else {
      rung_.wait_until(lock, stop, until, is_rung);
    }
    is_rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any rung_;
  bool is_rung_ = false;
};

class SteeredFetcher final : public Fetcher {
 public:
  explicit SteeredFetcher(Options options)
      : workers_(std::make_unique<Workers>("segue-copies", kWorkers)),
        resolvers_(std::make_unique<Workers>("segue-resolve", kResolvers)),
        services_{options,
                  options.clock ? *options.clock : system_clock_,
                  [this] { alarm_.ring(); },
                  *workers_,
                  *resolvers_,
                  {},
                  {},
                  {}},
        steering_([this](const std::stop_token& stop) { run(stop); }) {}

  ~SteeredFetcher() override {
    steering_.request_stop();
    steering_.join();
    resolvers_.reset();
    workers_.reset();
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return opens_ == 0; });
  }

  Result<OpenedMedia> open(const std::string& uri, const model::MediaRef& ref, const std::stop_token& stop) override {
    std::unique_ptr<FetchUse> use;
    {
      const std::lock_guard lock(mutex_);
      if (is_closed_) return fail(Code::kCancelled, "FETCH_CLOSED", ref.label + ": fetching has ended");
      use = std::make_unique<FetchUse>(take(uri, ref));
      ++opens_;
    }
    use->fetch().prepare();
    const Result<void> answer = use->fetch().wait_for_answer(stop);
    {
      const std::lock_guard lock(mutex_);
      if (--opens_ == 0) idle_.notify_all();
    }
    if (!answer) return tl::unexpected(answer.error());
    OpenedMedia media;
    media.ref = use->fetch().ref();
    media.status = [fetch = use->fetch().shared_from_this()] { return fetch->status(); };
    media.source = std::make_unique<FetchSource>(std::move(use));
    return media;
  }

  std::shared_ptr<void> prefetch(const std::string& uri, const model::MediaRef& ref, Prefetch::Progress progress,
                                 Prefetch::Done done) override {
    auto prefetch = std::make_shared<Prefetch>(std::move(progress), std::move(done));
    const std::lock_guard lock(mutex_);
    if (is_closed_) return prefetch;
    auto fetch = take(uri, ref);
    fetch->add(prefetch);
    return {prefetch.get(), [fetch, prefetch](void*) {
              prefetch->let_go();
              fetch->remove(prefetch);
            }};
  }

  FetchCounters counters() const override { return services_.tally.counters(); }

 private:
  // The fetch of this content: the one under way, or another. Under the mutex.
  std::shared_ptr<Fetch> take(const std::string& uri, const model::MediaRef& ref) {
    const std::string key = ref.cache_key.empty() ? "\n" + ref.url : ref.provider + '\n' + ref.cache_key;
    std::shared_ptr<Fetch>& fetch = by_key_[key];
    if (!fetch || fetch->is_retired() || fetch->yields_to(ref)) {
      fetch = std::make_shared<Fetch>(services_, key, uri, ref);
      fetches_.push_back(fetch);
      services_.tally.add(&FetchCounters::contents);
    }
    return fetch;
  }

  // Those that ended up unused before this are over: they have lingered long enough, or too many came after them.
  SteadyTime linger_since(SteadyTime now) const {
    std::vector<SteadyTime> left;
    for (const auto& fetch : fetches_) {
      if (const auto since = fetch->lingering_since()) left.push_back(*since);
    }
    const auto kept = static_cast<std::size_t>(services_.options.lingering_max);
    SteadyTime from = now - services_.options.linger;
    if (left.size() <= kept) return from;
    std::sort(left.begin(), left.end(), std::greater<>());
    return std::max(from, left[kept]);
  }

  struct Survey {
    std::vector<std::shared_ptr<Fetch>> fetches;
    std::vector<std::shared_ptr<Fetch>> over;  // taken out
    SteadyTime next = SteadyTime::max();       // when another one may be over
  };
  // All fetches, and those nobody uses any more.
  Survey survey(bool is_end) {
    Survey survey;
    const SteadyTime now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    is_closed_ |= is_end;
    const SteadyTime linger_since = this->linger_since(now);
    for (const auto& fetch : fetches_) {
      const auto left = fetch->lingering_since();
      const bool is_over = is_end || (fetch->is_unused() && (!left || *left <= linger_since));
      (is_over ? survey.over : survey.fetches).push_back(fetch);
      if (!is_over && left) survey.next = std::min(survey.next, *left + services_.options.linger);
    }
    fetches_ = survey.fetches;
    for (const auto& fetch : survey.over) forget(*fetch);
    return survey;
  }

  void forget(const Fetch& fetch) {
    const auto found = by_key_.find(fetch.key());
    if (found != by_key_.end() && found->second.get() == &fetch) by_key_.erase(found);
  }

  void tell(Fetch::Step& step) {
    for (const FetchNews& news : step.news) {
      const bool is_begin = news.kind == FetchNews::Kind::kBegan;
      log::info(is_begin ? "fetch_trouble" : "fetch_trouble_over",
                {{"reason", news.error.reason}, {"message", news.error.message}, {"seconds", news.seconds}});
      if (services_.options.on_news) services_.options.on_news(news);
    }
    for (auto& [prefetch, present] : step.progress) prefetch->tell_progress(present, step.size);
    for (auto& [prefetch, outcome] : step.done) prefetch->tell_done(std::move(outcome));
  }

  SteadyTime look_at_all() {
    auto [fetches, over, next] = survey(false);
    const SteadyTime now = std::chrono::steady_clock::now();
    for (const auto& fetch : over) {
      Fetch::Step step = fetch->close(now, false);
      tell(step);
    }
    int behind = 0;
    bool is_busy_now = false;
    // Those under way are counted before others may begin.
    for (const auto& fetch : fetches) behind += fetch->is_busy_behind() ? 1 : 0;
    for (const auto& fetch : fetches) {
      const bool was_behind = fetch->is_busy_behind();
      Fetch::Step step = fetch->step(now, was_behind || behind < services_.options.background_transfers_max);
      behind += (step.is_busy_behind ? 1 : 0) - (was_behind ? 1 : 0);
      is_busy_now |= step.is_busy_now;
      next = std::min(next, step.next);
      if (step.is_retired) {
        const std::lock_guard lock(mutex_);
        forget(*fetch);
      }
      // A place behind has become free: those looked at before may take it.
      if (was_behind && !step.is_busy_behind) alarm_.ring();
      tell(step);
    }
    if (std::exchange(is_holding_, is_busy_now) != is_busy_now) services_.options.http.hold_background(is_busy_now);
    return next;
  }

  void run(const std::stop_token& stop) {
    set_thread_name("segue-fetch");
    while (!stop.stop_requested()) alarm_.wait(stop, look_at_all());
    for (const auto& fetch : survey(true).over) {
      Fetch::Step step = fetch->close(std::chrono::steady_clock::now(), true);
      tell(step);
    }
    if (is_holding_) services_.options.http.hold_background(false);
  }

  SystemClock system_clock_;
  Alarm alarm_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<Workers> resolvers_;
  FetchServices services_;
  bool is_holding_ = false;  // the steering thread's

  mutable std::mutex mutex_;
  std::condition_variable idle_;
  bool is_closed_ = false;
  int opens_ = 0;
  std::map<std::string, std::shared_ptr<Fetch>> by_key_;
  std::vector<std::shared_ptr<Fetch>> fetches_;
  std::jthread steering_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<Fetcher> Fetcher::create(Options options) {
  return std::make_unique<SteeredFetcher>(std::move(options));
}

}  // namespace segue::stream
