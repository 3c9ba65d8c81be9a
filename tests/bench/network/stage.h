// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/units.h"
#include "engine/engine.h"

namespace segue::bench {

using SteadyClock = std::chrono::steady_clock;
double ms_since(SteadyClock::time_point begun);

// CPU time so far of the engine's threads that bring tracks: those named segue-… but audio and control, in ms.
double loading_cpu_ms();

// A folder of the bench's own, removed at its end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A whole engine in real time, with the null output, and a client that waits. One thread uses it.
class Stage {
 public:
  struct Options {
    std::string folder{};  // of data and cache; empty: one of its own
    int decks = 4;
    std::vector<model::ProviderConfig> providers{};
  };
  Stage() : Stage(Options{}) {}
  explicit Stage(const Options& options);
  ~Stage();

  // Commands in text format ("play { deck: 1 }"), one batch, waited for until it has committed or failed.
  Result<v1::ExecuteResponse> send(std::initializer_list<std::string> commands, v1::When when = {});
  Result<v1::ExecuteResponse> send_at(Frames frame, std::initializer_list<std::string> commands);
  // Queued; `answer` as Engine::execute has it.
  void post(std::initializer_list<std::string> commands, Engine::Answer answer);
  Result<v1::ExecuteResponse> load(int deck, const std::string& uri, bool play = false);

  v1::Deck deck(int number) const { return engine_->state().decks(number - 1); }
  v1::Master master() const { return engine_->state().master(); }
  Frames frame() const { return engine_->state().engine().frame(); }
  // Until that holds, looked at whenever there is news and every few milliseconds; false after `longest`.
  bool wait_until(const std::function<bool()>& holds, std::chrono::milliseconds longest);
  bool wait_until_whole(int deck, std::chrono::milliseconds longest = std::chrono::seconds(60));
  // Lets the music go on for so long.
  void listen(std::chrono::milliseconds time);
  v1::GetNetworkResponse network();

 private:
  void read_news();

  const std::unique_ptr<Folder> own_folder_;
  const SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool has_news_ = false;  // guarded by mutex_
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Watcher> watcher_;
};

}  // namespace segue::bench
