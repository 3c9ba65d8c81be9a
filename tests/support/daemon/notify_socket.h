// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <string>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "daemon/descriptor.h"

namespace segue::testing {

// A service manager's ear.
class NotifySocket {
 public:
  explicit NotifySocket(std::string path)
      : path_(std::move(path)), socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    if (bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  }

  const std::string& path() const { return path_; }
  // The next notification; empty if none comes within ten seconds.
  std::string next() {
    pollfd readable{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, 10'000) != 1) return {};
    char text[1024];
    const ssize_t size = recv(socket_.get(), text, sizeof text, 0);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
  }

 private:
  const std::string path_;
  const daemon::Descriptor socket_;
};

}  // namespace segue::testing
