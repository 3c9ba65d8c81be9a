// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <sys/types.h>

#include "daemon/descriptor.h"
#include "daemon/endpoint.h"
#include "engine/base/result.h"

namespace segue::daemon {

// A listening Unix socket of our own: its directory is ours and no one else may write there, its mode is 0600, and no
// other daemon serves it. Removes its path when it goes, unless someone put another socket there.
class UnixSocket {
 public:
  // Makes the directory (0700) if it is missing and removes a stale socket. Fails with FAILED_PRECONDITION
  // SOCKET_UNSAFE, SOCKET_UNUSABLE or ALREADY_RUNNING.
  static Result<UnixSocket> listen_at(const std::string& path);
  UnixSocket(UnixSocket&& other) noexcept = default;
  UnixSocket& operator=(UnixSocket&& other) = delete;
  ~UnixSocket();

  int fd() const { return listener_.get(); }
  const std::string& path() const { return path_; }

 private:
  UnixSocket(Descriptor listener, std::string path, dev_t device, ino_t inode)
      : listener_(std::move(listener)), path_(std::move(path)), device_(device), inode_(inode) {}

  Descriptor listener_;
  std::string path_;
  dev_t device_;
  ino_t inode_;
};

// A listening loopback TCP socket and the address it got.
struct LoopbackSocket {
  Descriptor listener;
  Endpoint endpoint;
};

// Fails with FAILED_PRECONDITION ADDRESS_IN_USE or ADDRESS_UNUSABLE.
Result<LoopbackSocket> listen_loopback(const Endpoint& endpoint);

}  // namespace segue::daemon
