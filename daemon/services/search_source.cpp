// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/services/search_source.h"

#include <deque>
#include <mutex>

namespace segue::daemon {
namespace {

constexpr std::size_t kUnreadBytesMax = 8U << 20;  // some 12,000 tracks: all that most catalogues answer

}  // namespace

struct SearchSource::Inbox {
  std::mutex mutex;
  // Guarded by mutex:
  std::deque<v1::SearchResponse> unread;
  std::size_t unread_bytes = 0;
  std::optional<Result<void>> outcome;

  // False if there is no room for it.
  bool enter(v1::SearchResponse piece) {
    const std::lock_guard lock(mutex);
    if (outcome) return true;
    const std::size_t bytes = piece.ByteSizeLong();
    if (unread_bytes + bytes > kUnreadBytesMax) {
      outcome = fail(Code::kResourceExhausted, "SLOW_CONSUMER", "the client did not take the results in time");
      return false;
    }
    unread_bytes += bytes;
    unread.push_back(std::move(piece));
    return true;
  }
};

SearchSource::SearchSource(LibraryAccess& library, const v1::SearchRequest& request, std::function<void()> wake)
    : inbox_(std::make_shared<Inbox>()) {
  const auto tell = [inbox = inbox_, stop = stop_, wake](v1::SearchResponse piece) mutable {
    if (!inbox->enter(std::move(piece))) stop.request_stop();
    wake();
  };
  const auto done = [inbox = inbox_, wake](Result<void> outcome) {
    {
      const std::lock_guard lock(inbox->mutex);
      if (!inbox->outcome) inbox->outcome = std::move(outcome);
    }
    wake();
  };
  library.search(request, stop_.get_token(), tell, done);
}

SearchSource::~SearchSource() { stop_.request_stop(); }

bool SearchSource::next(v1::SearchResponse& message, TimePoint /*now*/, TimePoint& /*due*/) {
  const std::lock_guard lock(inbox_->mutex);
  if (inbox_->unread.empty()) return false;
  message = std::move(inbox_->unread.front());
  inbox_->unread.pop_front();
  inbox_->unread_bytes -= message.ByteSizeLong();
  return true;
}

std::optional<Result<void>> SearchSource::outcome() {
  const std::lock_guard lock(inbox_->mutex);
  return inbox_->unread.empty() ? inbox_->outcome : std::nullopt;
}

}  // namespace segue::daemon
