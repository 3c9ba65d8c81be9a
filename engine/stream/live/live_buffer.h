// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace segue::stream {

inline constexpr std::size_t kLiveBytesMax = 4 << 20;     // 100 s of 320 kbit/s: more than a decoder ever lags
inline constexpr std::size_t kLivePauseBytes = 3 << 20;   // the sender is told to wait; what is on its way fits on top
inline constexpr std::size_t kLiveResumeBytes = 2 << 20;  // … and to go on
inline constexpr std::size_t kLiveTitlesMax = 256;        // not reached by the reader yet; older ones are dropped

// Bytes of one live connection between the client's thread, which puts, and a reader, who waits for them; and the
// titles, told when the reader has come to the byte they were sent with. Thread-safe.
class LiveBuffer {
 public:
  // False if it is full: the connection has to end. `is_high`: the sender should be paused.
  bool put(std::span<const std::byte> bytes, bool& is_high);
  void put_title(std::string title);
  // No more bytes come: the end, or the failure that a reader gets after the last byte.
  void end(Result<void> outcome);
  void interrupt();

  // Blocks until a byte is there. 0 at the end. Bytes before `offset` are passed over. Calls `on_low`, without a lock,
  // when little is left: the sender may go on.
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer, const std::function<void()>& on_low);
  bool is_ready(std::int64_t offset, std::int64_t bytes) const;
  bool is_over() const;  // nothing to read any more
  std::size_t size() const;
  std::int64_t received() const;  // bytes put in all
  // The title at the reader's place, if it changed since the last call.
  std::optional<std::string> new_title();
  std::optional<Error> failure() const;

 private:
  struct Mark {
    std::int64_t position = 0;
    std::string title;
  };
  void pass_over(std::int64_t offset);
  std::size_t take(std::span<std::byte> buffer);
  void pass_marks();

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable change_;
  std::vector<std::byte> ring_;  // grows to kLiveBytesMax as it is needed
  std::size_t first_ = 0;        // index of the reader's next byte
  std::size_t count_ = 0;
  std::int64_t position_ = 0;  // of the reader's next byte in the stream
  std::deque<Mark> marks_;
  std::optional<std::string> title_;
  std::optional<Result<void>> outcome_;
  bool is_interrupted_ = false;
};

}  // namespace segue::stream
