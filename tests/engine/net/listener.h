// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "engine/net/http.h"

namespace segue::test {

// An HttpReader that keeps what it is told, for a test thread to look at.
class Listener final : public net::HttpReader {
 public:
  // Called after each piece on the client's thread; may be empty. Set before start.
  std::function<bool(const net::HttpHead&)> on_head_call;
  std::function<bool(std::size_t bytes_so_far)> on_body_call;
  std::function<void()> on_end_call;
  bool keeps_body = true;

  bool on_head(const net::HttpHead& head) override;
  bool on_body(std::span<const std::byte> bytes) override;
  void on_end(Result<void> outcome) override;

  // False if that did not come true within 10 s.
  bool wait_for_head();
  bool wait_for_bytes(std::size_t count);
  bool wait_for_end();

  net::HttpHead head() const;
  std::string body() const;
  std::size_t bytes() const;
  int ends() const;
  // "" for success, "pending" before the end.
  std::string reason() const;
  std::string message() const;
  std::chrono::steady_clock::time_point head_at() const;
  std::chrono::steady_clock::time_point ended_at() const;

 private:
  bool wait_for(const std::function<bool()>& is_true);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  net::HttpHead head_;
  std::string body_;
  std::size_t bytes_ = 0;
  int heads_ = 0;
  int ends_ = 0;
  Result<void> outcome_;
  std::chrono::steady_clock::time_point head_at_;
  std::chrono::steady_clock::time_point ended_at_;
};

}  // namespace segue::test
