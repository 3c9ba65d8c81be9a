// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/net/fault_server.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <random>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "tests/support/net/server_state.h"

namespace segue::test {
namespace {

using Clock = std::chrono::steady_clock;

// Below the ephemeral range: while the server is stopped, no outgoing connection of somebody else gets its port.
constexpr int kPortFirst = 20'000;
constexpr int kPortLast = 32'000;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::abort();
}

int bound_socket(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) give_up("fault server: socket");
  // A test that wants a port of its own may have had it a moment ago.
  int reuse = port ? 1 : 0;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  std::random_device seed;
  std::uniform_int_distribution<int> ports(kPortFirst, kPortLast);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port ? port : ports(seed)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      // Connections that it has closed, and which linger, do not keep it from listening again.
      reuse = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
      return socket;
    }
    if (port) break;
  }
  give_up("fault server: bind");
}

int port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace

FaultServer::FaultServer(Options options) : state_(std::make_unique<State>()) {
  state_->link = options.link;
  if (options.tls != Tls::kNone) state_->tls = std::make_unique<TlsIdentity>(options.tls);
  state_->listener = bound_socket(options.port);
  state_->port = port_of(state_->listener);
  start();
}

FaultServer::~FaultServer() { stop(); }

int FaultServer::port() const { return state_->port; }

std::string FaultServer::url(std::string_view path) const {
  return (state_->tls ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(state_->port) + std::string(path);
}

std::string FaultServer::ca_file() const { return state_->tls ? state_->tls->ca_file() : ""; }

void FaultServer::serve(const std::string& path, std::string bytes, Resource resource) {
  const std::lock_guard lock(state_->mutex);
  state_->streams.erase(path);
  state_->files[path] = {std::make_shared<std::string>(std::move(bytes)), std::move(resource)};
}

void FaultServer::serve_live(const std::string& path, Live live) {
  const std::lock_guard lock(state_->mutex);
  const std::int64_t first = live.first_position;
  state_->streams[path] = {std::make_shared<Live>(std::move(live)), first};
}

void FaultServer::handle(const std::string& prefix, std::function<Response(const Request&)> answer) {
  const std::lock_guard lock(state_->mutex);
  state_->callbacks[prefix] = std::move(answer);
}

void FaultServer::script(const std::string& path, std::vector<Fault> faults) {
  const std::lock_guard lock(state_->mutex);
  state_->scripts[path] = {std::make_move_iterator(faults.begin()), std::make_move_iterator(faults.end())};
}

void FaultServer::set_link(Link link) {
  const std::lock_guard lock(state_->mutex);
  state_->link = link;
  state_->link_free = {};
}

void FaultServer::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->is_listening) return;
    state_->is_listening = false;
  }
  state_->acceptor.request_stop();
  ::eventfd_write(state_->wake, 1);
  state_->acceptor.join();
  // Ends listening but keeps the port; what waits to be accepted is reset.
  ::shutdown(state_->listener, SHUT_RDWR);
  state_->cut_all();
}

void FaultServer::start() {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->is_listening) return;
    state_->is_listening = true;
  }
  state_->listen();
}

void FaultServer::freeze() {
  const std::lock_guard lock(state_->mutex);
  state_->is_frozen = true;
}

void FaultServer::thaw() {
  const std::lock_guard lock(state_->mutex);
  state_->is_frozen = false;
  state_->wake_all();
}

void FaultServer::release() {
  const std::lock_guard lock(state_->mutex);
  ++state_->releases;
  state_->wake_all();
}

void FaultServer::drop_connections(int n) {
  const std::lock_guard lock(state_->mutex);
  state_->to_drop = n;
}

void FaultServer::reset_connections() { state_->cut_all(); }

std::vector<Exchange> FaultServer::log() const {
  const std::lock_guard lock(state_->mutex);
  return state_->visible_log();
}

std::vector<Exchange> FaultServer::log(const std::string& path) const {
  std::vector<Exchange> found = log();
  found.erase(std::remove_if(found.begin(), found.end(),
                             [&](const Exchange& exchange) { return exchange.request.path != path; }),
              found.end());
  return found;
}

void FaultServer::clear_log() {
  const std::lock_guard lock(state_->mutex);
  state_->log_begin = state_->log.size();
}

int FaultServer::connections() const {
  const std::lock_guard lock(state_->mutex);
  return state_->accepted;
}

int FaultServer::open_connections() const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<int>(std::count_if(state_->connections.begin(), state_->connections.end(),
                                        [](const auto& one) { return !one->is_done; }));
}

bool FaultServer::wait_for_requests(int n, std::chrono::milliseconds longest) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(
      lock, longest, [&] { return state_->log.size() - state_->log_begin >= static_cast<std::size_t>(n); });
}

bool FaultServer::wait_for(const std::function<bool(const std::vector<Exchange>&)>& is_true,
                           std::chrono::milliseconds longest) const {
  const auto until = Clock::now() + longest;
  std::unique_lock lock(state_->mutex);
  while (!is_true(state_->visible_log()))
    if (state_->changed.wait_until(lock, until) == std::cv_status::timeout) return is_true(state_->visible_log());
  return true;
}

}  // namespace segue::test
