// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "engine/model/media_ref.h"
#include "engine/net/http.h"
#include "engine/stream/live/icy.h"
#include "engine/stream/live/live_answer.h"
#include "engine/stream/live/live_buffer.h"

namespace segue::stream {

// One connection to a live source: what the client's thread calls, and the buffer it fills. The transfer stands still
// while the buffer is high.
class LiveConnection final : public net::HttpReader {
 public:
  LiveConnection(net::HttpClient& http, std::string label) : http_(http), label_(std::move(label)) {}

  // Begins the transfer and blocks until the head of the answer is judged, or `stop`.
  static std::shared_ptr<LiveConnection> start(net::HttpClient& http, const model::MediaRef& ref);
  LiveAnswer wait_for_head(const std::stop_token& stop);
  void cancel();
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer);

  LiveBuffer& buffer() { return buffer_; }
  std::chrono::steady_clock::time_point started_at() const { return started_at_; }
  double bytes_per_s() const { return bytes_per_s_.load(std::memory_order_relaxed); }

  bool on_head(const net::HttpHead& head) override;
  bool on_body(std::span<const std::byte> bytes) override;
  void on_end(Result<void> outcome) override;

 private:
  void pause();
  void resume();
  void measure(std::size_t bytes);

  net::HttpClient& http_;
  const std::string label_;
  const std::chrono::steady_clock::time_point started_at_ = std::chrono::steady_clock::now();
  LiveBuffer buffer_;

  std::mutex mutex_;  // guards the next four
  std::condition_variable_any change_;
  std::optional<LiveAnswer> answer_;
  std::optional<net::HttpClient::Id> id_;  // known once the client has taken the request
  bool is_paused_ = false;

  // The client's thread's:
  std::optional<IcyFilter> filter_;
  std::chrono::steady_clock::time_point measured_at_ = started_at_;
  std::size_t measured_bytes_ = 0;
  std::optional<Error> refusal_;  // why on_body said no
  std::atomic<double> bytes_per_s_ = 0;
};

}  // namespace segue::stream
