// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/engine.h"
#include "tests/support/daemon/fake_library.h"

namespace segue::testing {

// An engine without sound that remembers what it was asked and tells what the test puts in. Thread-safe.
class FakeEngine final : public Engine {
 public:
  struct Asked {
    v1::ExecuteRequest request;
    Origin origin;
  };

  void execute(v1::ExecuteRequest request, const Origin& origin, Answer answer) override;
  v1::State state() const override;
  v1::WatchMetersResponse meters() const override;
  std::unique_ptr<Watcher> watch(const v1::WatchRequest& request, std::function<void()> wake) override;
  std::string epoch() const override { return "fake-epoch"; }
  FakeLibrary& library() override { return library_; }
  std::vector<std::string> findings(bool& audio_flows) const override;
  bool is_alive() const override;

  // From now on batches fail with this.
  void fail_with(Error error);
  // From now on answers are owed until `pay`.
  void hold_answers();
  void pay();
  // Blocks until so many batches have arrived.
  void wait_asked(std::size_t count);
  std::vector<Asked> asked() const;
  void set_findings(std::vector<std::string> findings, bool audio_flows);
  void set_alive(bool is_alive);
  void set_frame(std::int64_t frame);
  void allow_watchers(std::size_t count);
  // News for every watcher that is open.
  void publish(const v1::WatchResponse& news);
  std::size_t watchers() const;

 private:
  class News;
  struct Mailbox {
    std::deque<v1::WatchResponse> unread;
    std::function<void()> wake;
    bool is_waiting = false;
  };

  FakeLibrary library_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable arrived_;
  std::vector<Asked> asked_;
  std::optional<Error> failure_;
  bool holds_answers_ = false;
  std::vector<std::function<void()>> owed_;
  std::vector<std::string> findings_;
  bool audio_flows_ = true;
  bool is_alive_ = true;
  mutable std::int64_t frame_ = 0;
  std::size_t watchers_max_ = 64;
  std::uint64_t last_watcher_ = 0;
  std::map<std::uint64_t, Mailbox> mailboxes_;
};

}  // namespace segue::testing
