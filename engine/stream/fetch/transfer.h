// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/stream/fetch/answer.h"
#include "engine/stream/fetch/services.h"

namespace segue::stream {

class Fetch;

// One request of a fetch: what the client's thread tells of it goes to the fetch. Its fields are the fetch's, under
// the fetch's mutex.
class Transfer final : public net::HttpReader {
 public:
  Transfer(std::shared_ptr<Fetch> fetch, Asked asked) : fetch_(std::move(fetch)), asked_(std::move(asked)) {}
  bool on_head(const net::HttpHead& head) override;
  bool on_body(std::span<const std::byte> bytes) override;
  void on_end(Result<void> outcome) override;

 private:
  friend class Fetch;
  const std::shared_ptr<Fetch> fetch_;
  const Asked asked_;
  std::string origin_;  // of the address it was sent to
  bool is_background_ = false;
  bool is_check_ = false;  // asks only whether there is another version
  SteadyTime begun_;

  net::HttpClient::Id id_ = 0;  // the steering thread's
  bool is_dropped_ = false;     // by the fetch: nothing it says counts any more
  bool is_paused_ = false;
  bool has_head_ = false;
  Answer answer_;
  std::int64_t position_ = 0;  // of the next byte
  std::int64_t end_ = -1;      // past its last byte; −1: not known
  std::int64_t accepted_ = 0;  // bytes that were wanted
  bool is_too_long_ = false;
  bool has_met_present_ = false;  // it came to what is there already
  bool is_sniffed_ = false;
  std::vector<std::byte> begin_;  // until it is sniffed
  std::string document_;
};

}  // namespace segue::stream
