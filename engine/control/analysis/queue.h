// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "engine/control/analysis/idle_thread.h"
#include "engine/control/analysis/listening.h"
#include "engine/control/analysis/store.h"

namespace segue::control {

// For whom a track is analysed; the first is the most urgent.
enum class Urgency { kPlaying, kLoaded, kAsked, kBackground };

// How an analysis gets on.
struct AnalysisNews {
  enum class Stage { kQueued, kRunning, kDone, kFailed };
  Stage stage = Stage::kQueued;
  double progress = 0;  // of the track heard, 0 to 1; 0 while its length is not known
  std::shared_ptr<const model::TrackAnalysis> analysis;  // the newest answer; final when done, null before the first
  bool is_from_library = false;                          // `analysis` is not of this listening
  std::shared_ptr<const model::TrackMarks> marks;        // what the user has said; null while not looked up
  TrackIdentity track;
  std::optional<Error> error;  // failed
};

// The tracks that are to be analysed, the most urgent first and then in the order of asking, and the few threads that
// do it behind everything else. A content is heard once, however many ask for it. What the store has is not heard
// again, but for an answer of an older version: that is told and made again when nobody else waits. Threads of the usual
// priority open tracks and ask the store, so that what is known is there at once however busy the machine and whatever
// server hangs; others listen (idle_thread.h). Between chunks of a third of a second a thread turns to whatever has
// become more urgent, and waits for neither bytes nor anybody. Thread-safe; no call blocks but the destructor.
class AnalysisQueue {
 public:
  struct Options {
    stream::MediaOpener& opener;             // outlives it
    std::shared_ptr<AnalysisStore> store{};  // null: nothing is kept
    int threads = 1;                         // that listen; 0: only the store is asked
    Listening::MakeAnalyser make_analyser{};
    std::function<void(const AnalysisNews&)> on_news{};  // as Tell, once for each piece of news of a track; may be null
    std::chrono::milliseconds look_again{200};           // for bytes that had not come
    std::chrono::milliseconds tell_every{250};           // progress
    std::chrono::milliseconds opening_turn{2'000};       // of a server, then it gives way to others
    bool is_lowered = true;                              // what listens runs behind all others of the machine
  };
  struct Request {
    std::string uri;
    Urgency urgency = Urgency::kAsked;
    model::TempoHint hint{};
    bool is_forced = false;        // is heard though the store has an answer
    bool is_library_only = false;  // is not heard: fails with NOT_FOUND NOT_ANALYSED instead
  };
  // Called on a worker thread, one call at a time for a track, the last time with kDone or kFailed; must not block, but
  // may call back. May come late, after withdraw().
  using Tell = std::function<void(const AnalysisNews&)>;
  struct Item {
    std::string uri;
    Urgency urgency = Urgency::kAsked;
    AnalysisNews::Stage stage = AnalysisNews::Stage::kQueued;
    double progress = 0;
  };

  explicit AnalysisQueue(Options options);
  // Gives everything up; nobody is told any more. Waits for a chunk, but not for an answer that is being made.
  ~AnalysisQueue();
  AnalysisQueue(const AnalysisQueue&) = delete;
  AnalysisQueue& operator=(const AnalysisQueue&) = delete;

  // A name for what was asked, or RESOURCE_EXHAUSTED ANALYSIS_QUEUE_FULL.
  Result<std::uint64_t> ask(const Request& asked, Tell tell);
  void set_urgency(std::uint64_t ask, Urgency urgency);
  // What nobody asks for any more ends within a chunk, or with the answer that is being made.
  void withdraw(std::uint64_t ask);
  // While held nothing is heard, and only what decks have is opened and looked up: they need the machine.
  void hold(bool is_held);
  // Runs on a worker thread, one after another and at the latest before the end; for what is to be written into the
  // store. What still waits of the same key is given up for it.
  void write(const std::string& key, std::function<void(AnalysisStore&)> work);
  // What waits or runs, the most urgent first.
  std::vector<Item> list() const;

 private:
  using Lock = std::unique_lock<std::mutex>;
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Asker {
    std::uint64_t id = 0;
    Urgency urgency = Urgency::kAsked;
    Tell tell;
  };
  struct Job;
  using Shared = std::shared_ptr<Job>;
  // A worker either asks – it opens tracks, asks the store and writes to it, which somebody may wait for and a server or
  // a disk may hold up – or hears.
  enum class Role { kAsks, kHears };
  static constexpr int kOpeningsMax = 4;              // at a time; each may wait for a server
  static constexpr int kAskersMax = kOpeningsMax + 2;  // one writes, one is left
  struct Write {
    std::string key;
    std::function<void(AnalysisStore&)> work;
  };

  // --- under the mutex
  void wake();
  Shared find_same(const Request& request) const;
  static bool is_ready(const Job& job, SteadyTime now);
  bool may_open(const Job& job, bool has_room) const;
  bool has_room(SteadyTime now) const;
  static bool comes_before(const Job& a, const Job& b);
  Shared next(Role role, SteadyTime now);
  std::optional<std::stop_source> next_to_give_way(SteadyTime now) const;
  SteadyTime next_look(SteadyTime now) const;
  void make_room_for(const Job& job);
  void remove(const Shared& job);
  bool merge(const Shared& job);
  void close(Job& job);
  void start_threads();
  void start_thread(Role role);

  // --- on a worker
  void run_asker(const std::stop_token& stop);
  void run_hearer(IdleThread& idle, const std::stop_token& stop);
  void be_busy();
  void write_next(Lock& lock);
  void close_all(Lock& lock);
  bool call_away_opening(Lock& lock, SteadyTime now);
  void wait(Lock& lock, SteadyTime now, const std::stop_token& stop);
  void work_on(Lock& lock, const Shared& job, IdleThread* idle, const std::stop_token& stop);
  void settle(Lock& lock, const Shared& job);
  void ask(Job& job);
  void open(Job& job);
  void look_up(Job& job);
  bool ask_store(Job& job, std::optional<model::TrackAnalysis>& kept);
  void hear(Job& job, IdleThread& idle, const std::stop_token& stop) const;
  void begin(Job& job) const;
  void listen(Job& job) const;
  void keep(Job& job);
  void fail_with(Job& job, const Error& error) const;
  void tell(Lock& lock, const Shared& job);

  const Options options_;
  mutable std::mutex mutex_;  // guards all below and what a Job says of itself; held for no call-out
  std::condition_variable_any changed_;
  std::uint64_t changes_ = 0;  // rises whenever there may be something to do
  std::vector<Shared> jobs_;  // in the order of asking
  std::deque<Write> writes_;
  bool is_writing_ = false;
  std::vector<std::unique_ptr<Listening>> closed_;  // to be destroyed, which takes locks of others
  std::uint64_t last_ask_ = 0;
  std::size_t asks_ = 0;
  int openings_ = 0;         // tracks being opened
  int askers_ = 0;           // threads of the role
  int busy_askers_ = 0;
  int hearers_ = 0;
  bool is_held_ = false;
  bool is_stopped_ = false;
  std::atomic<bool> has_store_failed_ = false;  // the last time it was asked; not under the mutex
  std::vector<std::jthread> threads_;
};

}  // namespace segue::control
