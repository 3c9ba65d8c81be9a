// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <future>
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "daemon/listener.h"
#include "daemon/server.h"
#include "engine/engine.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::testing {

// The daemon's control plane over a given engine, on a Unix socket in a directory of its own.
class LiveServer {
 public:
  explicit LiveServer(Engine& engine, daemon::StreamTiming timing = {}, bool with_tcp = false) {
    auto server = daemon::Server::start({.engine = engine,
                                         .peers = peers_,
                                         .version = "1.2.3",
                                         .shut_down = [this] { shut_down_asked_.set_value(); },
                                         .timing = timing});
    EXPECT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    auto unix_socket = daemon::UnixSocket::listen_at(socket_path());
    EXPECT_TRUE(unix_socket) << unix_socket.error().message;
    std::optional<daemon::LoopbackSocket> loopback;
    if (with_tcp) {
      auto opened = daemon::listen_loopback({});
      EXPECT_TRUE(opened) << opened.error().message;
      tcp_address_ = opened->endpoint.text();
      loopback = *std::move(opened);
    }
    auto listener = daemon::Listener::start({.unix_socket = *std::move(unix_socket),
                                             .loopback = std::move(loopback),
                                             .peers = peers_,
                                             .adopt = [this](int fd) { server_->adopt(fd); }});
    EXPECT_TRUE(listener) << listener.error().message;
    listener_ = *std::move(listener);
  }

  std::string socket_path() const { return directory_.path("segued.sock"); }
  const std::string& tcp_address() const { return tcp_address_; }
  // A connection of its own.
  std::shared_ptr<grpc::Channel> connect(const std::string& target = "", grpc::ChannelArguments arguments = {}) const {
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(target.empty() ? "unix:" + socket_path() : target,
                                     grpc::InsecureChannelCredentials(), arguments);
  }
  daemon::Server& server() { return *server_; }
  daemon::Listener& listener() { return *listener_; }
  std::future<void> shut_down_asked() { return shut_down_asked_.get_future(); }

 private:
  TempDir directory_;
  std::promise<void> shut_down_asked_;
  daemon::Peers peers_;
  std::unique_ptr<daemon::Server> server_;
  std::unique_ptr<daemon::Listener> listener_;
  std::string tcp_address_;
};

}  // namespace segue::testing
