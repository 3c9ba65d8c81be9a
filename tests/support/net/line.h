// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>

using SSL_CTX = struct ssl_ctx_st;
using SSL = struct ssl_st;

namespace segue::test {

// One accepted connection: every wait in it ends when the peer goes away or cut() is called. Used by its own thread,
// but for cut() and wake().
class Line {
 public:
  enum class End { kNone, kPeer, kCut };
  using Time = std::chrono::steady_clock::time_point;

  explicit Line(int socket);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // Any thread: ends all waits for ever.
  void cut();
  // Any thread: lets waits look at their condition again.
  void wake();

  bool handshake(SSL_CTX* context);
  // Bytes received; 0: ended.
  std::size_t receive(char* out, std::size_t count);
  bool send(std::string_view bytes);
  // False if the line ended before `until`.
  bool wait_until(Time until);
  bool wait_for(const std::function<bool()>& is_true, Time until = Time::max());
  End end() const { return end_ == End::kNone && is_cut_ ? End::kCut : end_; }

  // What was sent arrives, then FIN.
  void close();
  // RST; with `flush` what was sent arrives before it.
  void reset(bool flush);
  bool is_closed() const { return socket_ < 0; }

 private:
  // Waits for `events` of the socket (0: none), a wake or `until`; false: ended.
  bool poll(short events, Time until);
  bool ssl_wait(int outcome);

  int socket_;
  int wake_;
  SSL* ssl_ = nullptr;
  std::atomic<bool> is_cut_{false};
  End end_ = End::kNone;
};

}  // namespace segue::test
