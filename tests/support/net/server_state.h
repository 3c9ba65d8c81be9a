// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/net/fault_server.h"
#include "tests/support/net/sender.h"
#include "tests/support/net/tls.h"

namespace segue::test {

// What a FaultServer is made of: one thread accepts, one per connection serves.
struct FaultServer::State {
  struct File {
    std::shared_ptr<const std::string> bytes;
    Resource resource;
  };
  struct Stream {
    std::shared_ptr<const Live> live;
    std::int64_t next = 0;  // byte after the last that was sent on any connection
  };
  struct Connection {
    explicit Connection(int socket) : line(socket) {}
    Line line;
    int number = 0;
    std::atomic<bool> is_done{false};
    std::jthread thread;
  };

  State();
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  int listener = -1;
  int wake = -1;
  int port = 0;
  std::unique_ptr<TlsIdentity> tls;
  std::jthread acceptor;

  mutable std::mutex mutex;  // of all below
  mutable std::condition_variable changed;
  bool is_listening = false;
  bool is_frozen = false;
  int releases = 0;
  int to_drop = 0;
  int accepted = 0;
  Link link;
  std::chrono::steady_clock::time_point link_free;
  std::map<std::string, File> files;
  std::map<std::string, Stream> streams;
  std::map<std::string, std::function<Response(const Request&)>> callbacks;
  std::map<std::string, std::deque<Fault>> scripts;
  std::deque<Exchange> log;   // references stay valid
  std::size_t log_begin = 0;  // what clear_log() hides
  std::list<std::unique_ptr<Connection>> connections;

  void listen();
  void cut_all();
  void wake_all();
  void accept_loop(const std::stop_token& stop);
  void admit(int socket);
  void serve(Connection& connection);
  std::optional<Request> read_request(Connection& connection, std::string& received);
  Answer answer_to(const Request& request);
  Fault next_fault(const std::string& path, const Fault& otherwise);
  bool handle(Connection& connection, Request request);
  Grip grip_for(std::size_t entry, const Answer& answer);
  std::vector<Exchange> visible_log() const {
    return {log.begin() + static_cast<std::ptrdiff_t>(log_begin), log.end()};
  }
};

}  // namespace segue::test
