// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "daemon/peers.h"
#include "daemon/services/message_stream.h"
#include "engine/base/result.h"

namespace grpc {
class Server;
}
namespace segue {
class Engine;
}

namespace segue::daemon {

// gRPC without a listener of its own: the services, health and reflection, on connections it is given. Bounds every
// dimension of what a client can use. Owns gRPC's threads and the one that writes streams.
class Server {
 public:
  struct Parts {
    Engine& engine;      // outlives the server
    const Peers& peers;  // outlives the server
    std::string version;
    std::function<void()> shut_down;  // asks for the daemon's end; must not block
    StreamTiming timing = {};
  };

  // Fails with INTERNAL GRPC_START.
  static Result<std::unique_ptr<Server>> start(Parts parts);
  // As `stop`.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves a connected, non-blocking descriptor, which it takes over. Thread-safe.
  void adopt(int fd);
  // Ends all streams and calls; those still there after `grace` are cut off. Returns when none is left.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Services;
  Server(std::unique_ptr<Services> services, std::shared_ptr<Pacer> pacer, std::unique_ptr<grpc::Server> server);

  std::unique_ptr<Services> services_;
  std::shared_ptr<Pacer> pacer_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace segue::daemon
