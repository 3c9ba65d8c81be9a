// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include <sys/types.h>

namespace segue::daemon {

// The process at the other end of a connection, as the kernel knows it.
struct Peer {
  uid_t uid = 0;
  pid_t pid = 0;  // 0 if unknown (TCP)
};

// Who connected to a Unix socket, at the moment it did.
std::optional<Peer> unix_peer(int fd);
// Whose socket is the other end of an established loopback TCP connection, by the kernel's table of sockets. Nothing if
// the other end is gone: a closed socket's owner reads as root there.
std::optional<Peer> loopback_peer(int fd);

// The peers of the descriptors that gRPC serves; gRPC names a connection "fd:N". A peer stays until its number is used
// again, so that a call a client did not wait for still has its origin. Thread-safe.
class Peers {
 public:
  void enter(int fd, Peer peer);
  std::optional<Peer> find(const std::string& grpc_name) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<int, Peer> peers_;  // guarded by mutex_; as many as there are descriptor numbers
};

}  // namespace segue::daemon
