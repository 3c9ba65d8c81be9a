// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>

#include "daemon/services/message_stream.h"
#include "engine/engine.h"

namespace segue::daemon {

inline constexpr std::size_t kToldUnreadBytesMax = 8U << 20;  // some 12,000 tracks: all that most catalogues answer

// What a search or an import sends: each piece in the order told. What a reader has not taken yet waits here, up to a
// bound; beyond it the work ends with SLOW_CONSUMER. When the source goes, the work is stopped.
template <typename Message>
class ToldSource final : public MessageSource<Message> {
 public:
  // `begin(stop, tell, done)` starts the work. `wake` is called on the library's threads, also when the source is gone.
  template <typename Begin>
  ToldSource(Begin begin, std::function<void()> wake) : inbox_(std::make_shared<Inbox>()) {
    auto tell = [inbox = inbox_, stop = stop_, wake](Message piece) mutable {
      if (!inbox->enter(std::move(piece))) stop.request_stop();
      wake();
    };
    auto done = [inbox = inbox_, wake](Result<void> outcome) {
      {
        const std::lock_guard lock(inbox->mutex);
        if (!inbox->outcome) inbox->outcome = std::move(outcome);
      }
      wake();
    };
    begin(stop_.get_token(), std::move(tell), std::move(done));
  }
  ~ToldSource() override { stop_.request_stop(); }

  bool next(Message& message, TimePoint /*now*/, TimePoint& /*due*/) override {
    const std::lock_guard lock(inbox_->mutex);
    if (inbox_->unread.empty()) return false;
    message = std::move(inbox_->unread.front());
    inbox_->unread.pop_front();
    inbox_->unread_bytes -= message.ByteSizeLong();
    return true;
  }

  std::optional<Result<void>> outcome() override {
    const std::lock_guard lock(inbox_->mutex);
    return inbox_->unread.empty() ? inbox_->outcome : std::nullopt;
  }

 private:
  struct Inbox {  // shared with the work, which may outlive the source
    std::mutex mutex;
    // Guarded by mutex:
    std::deque<Message> unread;
    std::size_t unread_bytes = 0;
    std::optional<Result<void>> outcome;

    // False if there is no room for it.
    bool enter(Message piece) {
      const std::lock_guard lock(mutex);
      if (outcome) return true;
      const std::size_t bytes = piece.ByteSizeLong();
      if (unread_bytes + bytes > kToldUnreadBytesMax) {
        outcome = fail(Code::kResourceExhausted, "SLOW_CONSUMER", "the client did not take the results in time");
        return false;
      }
      unread_bytes += bytes;
      unread.push_back(std::move(piece));
      return true;
    }
  };
  const std::shared_ptr<Inbox> inbox_;
  std::stop_source stop_;
};

}  // namespace segue::daemon
