// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/daemon/fake_engine.h"

namespace segue::testing {

class FakeEngine::News final : public Watcher {
 public:
  News(FakeEngine& engine, std::uint64_t id) : engine_(engine), id_(id) {}
  ~News() override {
    const std::lock_guard lock(engine_.mutex_);
    engine_.mailboxes_.erase(id_);
  }
  bool next(v1::WatchResponse& news) override {
    const std::lock_guard lock(engine_.mutex_);
    Mailbox& mailbox = engine_.mailboxes_.at(id_);
    mailbox.is_waiting = mailbox.unread.empty();
    if (mailbox.is_waiting) return false;
    news = std::move(mailbox.unread.front());
    mailbox.unread.pop_front();
    return true;
  }

 private:
  FakeEngine& engine_;
  const std::uint64_t id_;
};

void FakeEngine::execute(v1::ExecuteRequest request, const Origin& origin, Answer answer) {
  std::unique_lock lock(mutex_);
  asked_.push_back({request, origin});
  arrived_.notify_all();
  Result<v1::ExecuteResponse> result;
  if (failure_) {
    result = tl::unexpected(*failure_);
  } else {
    result->set_epoch("fake-epoch");
    for (int i = 0; i < request.commands_size(); ++i) {
      result->add_results()->set_command_id(asked_.size());
    }
  }
  if (holds_answers_) {
    owed_.push_back([answer = std::move(answer), result = std::move(result)] { answer(result); });
    return;
  }
  lock.unlock();
  answer(std::move(result));
}

v1::State FakeEngine::state() const {
  const std::lock_guard lock(mutex_);
  v1::State state;
  state.mutable_engine()->set_frame(frame_);
  state.mutable_engine()->set_epoch("fake-epoch");
  state.mutable_engine()->set_output("null");
  for (std::uint32_t number = 1; number <= 4; ++number) state.add_decks()->set_deck(number);
  return state;
}

v1::WatchMetersResponse FakeEngine::meters() const {
  const std::lock_guard lock(mutex_);
  v1::WatchMetersResponse meters;
  meters.set_frame(++frame_);
  return meters;
}

std::unique_ptr<Watcher> FakeEngine::watch(const v1::WatchRequest&, std::function<void()> wake) {
  v1::WatchResponse first;
  first.set_epoch("fake-epoch");
  first.set_revision(1);
  *first.mutable_snapshot() = state();
  const std::lock_guard lock(mutex_);
  if (mailboxes_.size() >= watchers_max_) return nullptr;
  Mailbox& mailbox = mailboxes_[++last_watcher_];
  mailbox.unread.push_back(std::move(first));
  mailbox.wake = std::move(wake);
  return std::make_unique<News>(*this, last_watcher_);
}

std::vector<std::string> FakeEngine::findings(bool& audio_flows) const {
  const std::lock_guard lock(mutex_);
  audio_flows = audio_flows_;
  return findings_;
}

bool FakeEngine::is_alive() const {
  const std::lock_guard lock(mutex_);
  return is_alive_;
}

void FakeEngine::fail_with(Error error) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(error);
}

void FakeEngine::hold_answers() {
  const std::lock_guard lock(mutex_);
  holds_answers_ = true;
}

void FakeEngine::pay() {
  std::vector<std::function<void()>> owed;
  {
    const std::lock_guard lock(mutex_);
    owed.swap(owed_);
  }
  for (const auto& answer : owed) answer();
}

void FakeEngine::wait_asked(std::size_t count) {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [&] { return asked_.size() >= count; });
}

std::vector<FakeEngine::Asked> FakeEngine::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void FakeEngine::set_findings(std::vector<std::string> findings, bool audio_flows) {
  const std::lock_guard lock(mutex_);
  findings_ = std::move(findings);
  audio_flows_ = audio_flows;
}

void FakeEngine::set_alive(bool is_alive) {
  const std::lock_guard lock(mutex_);
  is_alive_ = is_alive;
}

void FakeEngine::set_frame(std::int64_t frame) {
  const std::lock_guard lock(mutex_);
  frame_ = frame;
}

void FakeEngine::allow_watchers(std::size_t count) {
  const std::lock_guard lock(mutex_);
  watchers_max_ = count;
}

void FakeEngine::publish(const v1::WatchResponse& news) {
  std::vector<std::function<void()>> waking;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, mailbox] : mailboxes_) {
      mailbox.unread.push_back(news);
      if (mailbox.is_waiting) waking.push_back(mailbox.wake);
      mailbox.is_waiting = false;
    }
  }
  for (const auto& wake : waking) wake();
}

std::size_t FakeEngine::watchers() const {
  const std::lock_guard lock(mutex_);
  return mailboxes_.size();
}

}  // namespace segue::testing
