// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>

#include "daemon/services/message_stream.h"
#include "engine/engine.h"

namespace segue::daemon {

// What Search sends: each piece in the order told. What a reader has not taken yet waits here, up to a bound; beyond
// it the search ends with SLOW_CONSUMER. When the source goes, the search is stopped.
class SearchSource final : public MessageSource<v1::SearchResponse> {
 public:
  // Begins the search. `wake` is called on the library's threads, also when the source is gone.
  SearchSource(LibraryAccess& library, const v1::SearchRequest& request, std::function<void()> wake);
  ~SearchSource() override;

  bool next(v1::SearchResponse& message, TimePoint now, TimePoint& due) override;
  std::optional<Result<void>> outcome() override;

 private:
  struct Inbox;  // shared with the search, which may outlive the source
  const std::shared_ptr<Inbox> inbox_;
  std::stop_source stop_;
};

}  // namespace segue::daemon
