// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/net/line.h"

#include <algorithm>
#include <cerrno>

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Small, so that what counts as sent is about what the peer has.
constexpr int kSendBufferBytes = 128 << 10;
// For a peer that does not read what is to arrive before an RST or a FIN.
constexpr auto kFlushMax = 2s;

}  // namespace

Line::Line(int socket) : socket_(socket), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
}

Line::~Line() {
  if (ssl_) SSL_free(ssl_);
  if (socket_ >= 0) ::close(socket_);
  ::close(wake_);
}

void Line::cut() {
  is_cut_ = true;
  wake();
}

void Line::wake() { ::eventfd_write(wake_, 1); }

bool Line::poll(short events, Time until) {
  for (;;) {
    if (is_cut_) end_ = End::kCut;
    if (end_ != End::kNone) return false;
    timespec left{};
    if (until != Time::max()) {
      const auto ns = std::max(0ns, std::chrono::nanoseconds(until - Clock::now()));
      left.tv_sec = static_cast<time_t>(ns.count() / 1'000'000'000);
      left.tv_nsec = static_cast<long>(ns.count() % 1'000'000'000);
    }
    // Without events only the peer's end is of interest; it may have sent more requests meanwhile.
    pollfd fds[2] = {{socket_, static_cast<short>(events ? events : POLLRDHUP), 0}, {wake_, POLLIN, 0}};
    if (::ppoll(fds, 2, until == Time::max() ? nullptr : &left, nullptr) < 0 && errno != EINTR) return false;
    if (fds[1].revents) {
      eventfd_t count = 0;
      ::eventfd_read(wake_, &count);
      if (is_cut_) continue;
      return true;
    }
    if (fds[0].revents & (POLLERR | POLLHUP | (events ? 0 : POLLRDHUP))) {
      if (fds[0].revents & events) return true;  // what is there can still be read
      end_ = End::kPeer;
      return false;
    }
    if (fds[0].revents & events) return true;
    if (Clock::now() >= until) return true;
  }
}

bool Line::wait_until(Time until) {
  while (Clock::now() < until)
    if (!poll(0, until)) return false;
  return end_ == End::kNone && !is_cut_;
}

bool Line::wait_for(const std::function<bool()>& is_true, Time until) {
  while (!is_true() && Clock::now() < until)
    if (!poll(0, until)) return false;
  return true;
}

bool Line::ssl_wait(int outcome) {
  const int error = SSL_get_error(ssl_, outcome);
  ERR_clear_error();
  if (error == SSL_ERROR_WANT_READ) return poll(POLLIN, Time::max());
  if (error == SSL_ERROR_WANT_WRITE) return poll(POLLOUT, Time::max());
  if (end_ == End::kNone) end_ = End::kPeer;
  return false;
}

bool Line::handshake(SSL_CTX* context) {
  ssl_ = SSL_new(context);
  SSL_set_fd(ssl_, socket_);
  for (;;) {
    const int outcome = SSL_accept(ssl_);
    if (outcome == 1) return true;
    if (!ssl_wait(outcome)) return false;
  }
}

std::size_t Line::receive(char* out, std::size_t count) {
  for (;;) {
    if (is_cut_) end_ = End::kCut;
    if (end_ != End::kNone || socket_ < 0) return 0;
    if (ssl_) {
      const int got = SSL_read(ssl_, out, static_cast<int>(count));
      if (got > 0) return static_cast<std::size_t>(got);
      if (!ssl_wait(got)) return 0;
      continue;
    }
    const ssize_t got = ::recv(socket_, out, count, MSG_DONTWAIT);
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      end_ = End::kPeer;
      return 0;
    }
    if (!poll(POLLIN, Time::max())) return 0;
  }
}

bool Line::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (is_cut_) end_ = End::kCut;
    if (end_ != End::kNone || socket_ < 0) return false;
    if (ssl_) {
      const int sent = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (!ssl_wait(sent)) {
        return false;
      }
      continue;
    }
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      end_ = End::kPeer;
      return false;
    } else if (!poll(POLLOUT, Time::max())) {
      return false;
    }
  }
  return true;
}

void Line::close() {
  if (socket_ < 0) return;
  if (ssl_ && end_ == End::kNone) SSL_shutdown(ssl_);
  ::shutdown(socket_, SHUT_WR);
  // A socket closed with unread bytes sends RST, which can overtake the body's end: take them until the peer is done.
  const auto until = Clock::now() + kFlushMax;
  char scrap[4096];
  while (end_ == End::kNone && Clock::now() < until) {
    const ssize_t got = ::recv(socket_, scrap, sizeof scrap, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) break;
    if (got < 0 && !poll(POLLIN, until)) break;
  }
  ::close(socket_);
  socket_ = -1;
}

void Line::reset(bool flush) {
  if (socket_ < 0) return;
  const auto until = Clock::now() + kFlushMax;
  int queued = 1;
  while (flush && Clock::now() < until && ::ioctl(socket_, SIOCOUTQ, &queued) == 0 && queued > 0)
    if (!wait_until(Clock::now() + 1ms)) break;
  const linger hard{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  ::close(socket_);
  socket_ = -1;
}

}  // namespace segue::test
