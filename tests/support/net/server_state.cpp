// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/net/server_state.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/net/http_text.h"

namespace segue::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kHeadBytesMax = 64 << 10;
constexpr std::size_t kBodyBytesMax = 64 << 20;
constexpr int kBacklog = 128;

}  // namespace

FaultServer::State::State() : wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

FaultServer::State::~State() {
  ::close(listener);
  ::close(wake);
}

void FaultServer::State::listen() {
  eventfd_t count = 0;
  ::eventfd_read(wake, &count);
  if (::listen(listener, kBacklog) != 0) {
    std::perror("fault server: listen");
    std::abort();
  }
  acceptor = std::jthread([this](const std::stop_token& stop) { accept_loop(stop); });
}

void FaultServer::State::accept_loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd fds[2] = {{listener, POLLIN, 0}, {wake, POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0 && errno != EINTR) return;
    if (stop.stop_requested()) return;
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) admit(socket);
  }
}

void FaultServer::State::admit(int socket) {
  std::list<std::unique_ptr<Connection>> finished;  // joined without the mutex
  const std::lock_guard lock(mutex);
  for (auto it = connections.begin(); it != connections.end();) {
    const auto next = std::next(it);
    if ((*it)->is_done) finished.splice(finished.end(), connections, it);
    it = next;
  }
  connections.push_back(std::make_unique<Connection>(socket));
  Connection& connection = *connections.back();
  connection.number = ++accepted;
  const bool is_dropped = to_drop > 0;
  if (is_dropped) --to_drop;
  changed.notify_all();
  connection.thread = std::jthread([this, &connection, is_dropped] {
    // OpenSSL writes without MSG_NOSIGNAL.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    if (!is_dropped) serve(connection);
    connection.line.end() == Line::End::kCut ? connection.line.reset(false) : connection.line.close();
    connection.is_done = true;
    const std::lock_guard done(mutex);
    changed.notify_all();
  });
}

void FaultServer::State::serve(Connection& connection) {
  Line& line = connection.line;
  Clock::time_point ready;
  {
    const std::lock_guard lock(mutex);
    ready = Clock::now() + link.rtt * (tls ? 3 : 1);
  }
  if (!line.wait_until(ready)) return;
  if (tls && !line.handshake(tls->context())) return;
  std::string received;
  while (auto request = read_request(connection, received))
    if (!handle(connection, std::move(*request))) return;
}

std::optional<Request> FaultServer::State::read_request(Connection& connection, std::string& received) {
  char piece[16 << 10];
  std::size_t end = 0;
  while ((end = received.find("\r\n\r\n")) == std::string::npos) {
    const std::size_t got = connection.line.receive(piece, sizeof piece);
    if (got == 0 || received.size() > kHeadBytesMax) return std::nullopt;
    received.append(piece, got);
  }
  auto request = parse_head(std::string_view(received).substr(0, end));
  if (!request) return std::nullopt;
  received.erase(0, end + 4);
  const std::size_t length = std::strtoull(request->header("content-length").c_str(), nullptr, 10);
  if (length > kBodyBytesMax) return std::nullopt;
  if (lower(request->header("expect")) == "100-continue") connection.line.send("HTTP/1.1 100 Continue\r\n\r\n");
  while (received.size() < length) {
    const std::size_t got = connection.line.receive(piece, sizeof piece);
    if (got == 0) return std::nullopt;
    received.append(piece, got);
  }
  request->body = received.substr(0, length);
  received.erase(0, length);
  if (request->header("content-type").starts_with("application/x-www-form-urlencoded"))
    request->form = parse_form(request->body);
  request->connection = connection.number;
  return request;
}

Fault FaultServer::State::next_fault(const std::string& path, const Fault& otherwise) {
  for (const std::string& key : {path, std::string("*")}) {
    const auto script = scripts.find(key);
    if (script == scripts.end() || script->second.empty()) continue;
    Fault& next = script->second.front();
    const Fault fault = next;
    if (next.times != Fault::kForEver && --next.times <= 0) script->second.pop_front();
    return fault;
  }
  return otherwise;
}

Answer FaultServer::State::answer_to(const Request& request) {
  std::unique_lock lock(mutex);
  if (const auto stream = streams.find(request.path); stream != streams.end()) {
    const auto& live = stream->second.live;
    return make_live_answer(request, live, live->goes_on ? stream->second.next : live->first_position,
                            next_fault(request.path, {}));
  }
  if (const auto file = files.find(request.path); file != files.end()) {
    const auto& [bytes, resource] = file->second;
    const Content content{.mime = resource.mime,
                          .etag = resource.etag,
                          .last_modified = resource.last_modified,
                          .bytes = bytes,
                          .has_ranges = true};
    return make_answer(request, content, next_fault(request.path, {}));
  }
  std::function<Response(const Request&)> callback;
  std::size_t longest = 0;
  for (const auto& [prefix, candidate] : callbacks) {
    if (!request.path.starts_with(prefix) || prefix.size() < longest) continue;
    callback = candidate;
    longest = prefix.size();
  }
  lock.unlock();
  Response response{.status = 404, .headers = {}, .body = "Not Found\n", .mime = "text/plain", .fault = {}};
  if (callback) response = callback(request);
  lock.lock();
  const Content content{.status = response.status,
                        .headers = std::move(response.headers),
                        .mime = response.mime,
                        .etag = response.etag,
                        .last_modified = response.last_modified,
                        .bytes = std::make_shared<std::string>(std::move(response.body)),
                        .has_ranges = response.has_ranges};
  return make_answer(request, content, next_fault(request.path, response.fault));
}

Grip FaultServer::State::grip_for(std::size_t entry, const Answer& answer) {
  return Grip{
      .is_frozen =
          [this] {
            const std::lock_guard lock(mutex);
            return is_frozen;
          },
      .releases =
          [this] {
            const std::lock_guard lock(mutex);
            return releases;
          },
      .link_slot =
          [this](std::int64_t bytes) {
            const std::lock_guard lock(mutex);
            if (link.rate_bytes_per_s <= 0) return Clock::time_point();
            link_free = std::max(link_free, Clock::now()) +
                        std::chrono::nanoseconds(bytes * 1'000'000'000 / link.rate_bytes_per_s);
            return link_free;
          },
      .note =
          [this, entry, &answer](const std::function<void(Exchange&)>& change) {
            const std::lock_guard lock(mutex);
            change(log[entry]);
            if (const auto stream = streams.find(log[entry].request.path); answer.live && stream != streams.end())
              stream->second.next = answer.first + log[entry].body_bytes;
            changed.notify_all();
          },
  };
}

bool FaultServer::State::handle(Connection& connection, Request request) {
  std::size_t entry = 0;
  Clock::time_point due;
  {
    const std::lock_guard lock(mutex);
    Exchange exchange;
    exchange.request = request;
    exchange.arrived = Clock::now();
    due = exchange.arrived + link.rtt;
    entry = log.size();
    log.push_back(std::move(exchange));
    changed.notify_all();
  }
  const Answer answer = answer_to(request);
  const Grip grip = grip_for(entry, answer);
  const bool goes_on = connection.line.wait_until(due) && send_answer(connection.line, answer, grip);
  const std::lock_guard lock(mutex);
  Exchange& exchange = log[entry];
  exchange.ended = Clock::now();
  if (exchange.ending == Ending::kOpen)
    exchange.ending = connection.line.end() == Line::End::kCut ? Ending::kReset : Ending::kPeerClosed;
  changed.notify_all();
  return goes_on;
}

void FaultServer::State::cut_all() {
  std::unique_lock lock(mutex);
  for (const auto& connection : connections) connection->line.cut();
  changed.wait(lock, [this] {
    return std::all_of(connections.begin(), connections.end(), [](const auto& one) { return one->is_done.load(); });
  });
}

void FaultServer::State::wake_all() {
  for (const auto& connection : connections) connection->line.wake();
}

}  // namespace segue::test
