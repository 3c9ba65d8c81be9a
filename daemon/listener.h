// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "daemon/peers.h"
#include "daemon/sockets.h"

namespace segue::daemon {

inline constexpr int kDescriptorsReserved = 16;  // freed one by one to refuse a connection when none are left

// Whether a process may connect: it is the daemon's own user's, or root's.
bool is_admitted(const Peer& peer, uid_t own);

// Accepts connections on the daemon's sockets and hands them over, on a thread of its own: gRPC's own listener neither
// knows who connects nor survives running out of descriptors. Only processes of the daemon's user and of root pass.
// A connection counts until either side shuts it down, which a second descriptor of it, watched here, tells.
class Listener {
 public:
  // Takes over a connected, non-blocking descriptor; called on the accepting thread. Must not keep it open beyond a
  // shutdown of the connection.
  using Adopt = std::function<void(int fd)>;

  struct Limits {
    int connections_max = 64;  // a booth's clients, twice; bounds gRPC's memory
    int per_user_max = 16;     // one runaway user leaves room for the others
  };
  struct Parts {
    UnixSocket unix_socket;
    std::optional<LoopbackSocket> loopback;
    Peers& peers;  // outlives the listener; learns each connection before `adopt` does
    Adopt adopt;
    Limits limits = {};
  };
  // Since the start. Any thread may read them.
  struct Counters {
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> refused_user{0};         // of another user, or of one that could not be told
    std::atomic<std::uint64_t> refused_limit{0};        // beyond the limits
    std::atomic<std::uint64_t> refused_descriptors{0};  // no descriptor was left
    std::atomic<int> open{0};
  };

  // Fails with RESOURCE_EXHAUSTED DESCRIPTORS.
  static Result<std::unique_ptr<Listener>> start(Parts parts);
  // Stops accepting and removes the socket; connections handed over stay open.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  const Counters& counters() const { return counters_; }

 private:
  struct Connection {
    Descriptor watch;
    uid_t uid;
  };

  using Connections = std::unordered_map<int, Connection>;  // by the watched descriptor

  explicit Listener(Parts parts);
  bool watch(int fd, std::uint32_t events);
  bool is_listening(int fd) const;
  void run();
  void forget(Connections::iterator ended);
  void accept_from(int listener);
  void admit(Descriptor accepted, bool is_unix);
  void shed(int listener);
  void refill_reserve();
  Descriptor numbered_copy(int fd);
  void refused(std::atomic<std::uint64_t>& counter, const char* why);

  const Parts parts_;
  Descriptor epoll_;
  Descriptor stop_;
  Counters counters_;
  // Of the accepting thread:
  std::vector<Descriptor> reserve_;
  Connections connections_;
  std::unordered_map<uid_t, int> per_user_;
  int next_number_ = 0;
  bool is_out_of_descriptors_ = false;
  std::chrono::steady_clock::time_point refusal_logged_{};
  std::thread thread_;
};

}  // namespace segue::daemon
