// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/stop_request.h"

#include <array>
#include <csignal>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

namespace segue::daemon {
namespace {

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
  return set;
}

}  // namespace

StopRequest::StopRequest() : requested_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  const sigset_t set = ending_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_.reset(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

void StopRequest::request() { eventfd_write(requested_.get(), 1); }

bool StopRequest::wait(std::chrono::microseconds timeout) {
  std::array<pollfd, 2> wishes{pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = requested_.get(), .events = POLLIN, .revents = 0}};
  const auto timeout_ms = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  if (poll(wishes.data(), wishes.size(), timeout_ms == 0 ? -1 : static_cast<int>(timeout_ms)) <= 0) return false;
  // Taken, so that unblocking the signals later does not deliver this one again.
  signalfd_siginfo taken;
  while (read(signals_.get(), &taken, sizeof taken) > 0) {
  }
  return true;
}

void StopRequest::let_signals_kill() {
  const sigset_t set = ending_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace segue::daemon
