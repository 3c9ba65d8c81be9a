// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "engine/catalog/alarms.h"
#include "engine/catalog/health.h"
#include "engine/catalog/turns.h"

namespace segue::catalog {

class PendingCall;

// One provider and its threads ("segue-NAME"): at most four, started when calls wait, gone when idle. Up to 64 calls
// wait. A call is settled once, by the first of: the provider's answer, the end of its patience, the asker's stop, the
// end of all; the thread of one that hangs is left to it. Checks its provider by itself. Thread-safe; held by shared
// pointers, because a thread that hangs outlives the catalogue.
class Worker : public std::enable_shared_from_this<Worker> {
 public:
  using Task = std::function<Result<void>(Provider&, const std::stop_token&)>;
  using Done = std::function<void(Result<void>)>;

  struct Options {
    std::unique_ptr<Provider> provider;
    std::shared_ptr<void> keep;  // what the provider is made of
    std::shared_ptr<Alarms> alarms;
    const Clock& clock;  // not looked at after close
    std::function<void(const std::string&, const Health&)> on_health;
    Nanoseconds check_every{0};
  };
  struct Ask {
    Task task;
    Done done;  // once, on a catalogue thread
    std::chrono::milliseconds patience{0};
    std::stop_token stop;
    bool is_urgent = false;  // goes before what waits
    bool is_check = false;   // its outcome is the provider's health
  };

  static std::shared_ptr<Worker> start(Options options);
  explicit Worker(Options options);
  ~Worker();

  void ask(Ask ask);
  ProviderStatus status() const;
  const Provider& provider() const { return *options_.provider; }
  // Whether the provider is of `type`.
  bool is_of_type(const std::string& type) const { return type_ == type; }

  // No call begins any more, nothing is told any more. Alarms are stopped before.
  void close();
  // Waits for the threads; those in a provider's call until `deadline` only. Returns how many hang.
  int wait_ended(std::chrono::steady_clock::time_point deadline);

 private:
  bool enqueue(const std::shared_ptr<PendingCall>& call, bool is_urgent);
  bool start_thread();
  void work();
  void enter_call(const Result<void>& outcome, Nanoseconds began);
  void check_by(Nanoseconds when);
  void check_now();
  void enter_check(const Result<void>& outcome, const std::optional<Quota>& quota);
  void tell_health();

  const Options options_;
  const std::string name_;
  const std::string type_;
  Turns turns_;  // on_health

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<std::shared_ptr<PendingCall>> queue_;
  HealthBook book_;
  std::deque<Health> pending_news_;  // changes not told yet
  Quota quota_;
  int threads_ = 0;
  int idle_ = 0;
  int calling_ = 0;  // threads inside the provider
  bool is_checking_ = false;
  bool is_closed_ = false;
  Alarms::Id check_alarm_ = 0;
  Nanoseconds check_due_ = Nanoseconds::max();  // of the alarm
  std::optional<Nanoseconds> checked_at_;
};

}  // namespace segue::catalog
