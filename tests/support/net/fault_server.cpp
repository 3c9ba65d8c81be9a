// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/net/fault_server.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/net/http_text.h"
#include "tests/support/net/sender.h"
#include "tests/support/net/tls.h"

namespace segue::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kHeadBytesMax = 64 << 10;
constexpr std::size_t kBodyBytesMax = 64 << 20;
constexpr int kBacklog = 128;
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
  std::random_device seed;
  std::uniform_int_distribution<int> ports(kPortFirst, kPortLast);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port ? port : ports(seed)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return socket;
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

  int listener = -1;
  int wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
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
  Clock::time_point link_free;
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
  Grip grip_for(std::size_t entry);
  std::vector<Exchange> visible_log() const {
    return {log.begin() + static_cast<std::ptrdiff_t>(log_begin), log.end()};
  }
};

void FaultServer::State::listen() {
  if (::listen(listener, kBacklog) != 0) give_up("fault server: listen");
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

Grip FaultServer::State::grip_for(std::size_t entry) {
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
          [this, entry](const std::function<void(Exchange&)>& change) {
            const std::lock_guard lock(mutex);
            change(log[entry]);
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
  const Grip grip = grip_for(entry);
  const bool goes_on = connection.line.wait_until(due) && send_answer(connection.line, answer, grip);
  const std::lock_guard lock(mutex);
  Exchange& exchange = log[entry];
  exchange.ended = Clock::now();
  if (exchange.ending == Ending::kOpen)
    exchange.ending = connection.line.end() == Line::End::kCut ? Ending::kReset : Ending::kPeerClosed;
  if (answer.live)
    if (const auto stream = streams.find(request.path); stream != streams.end())
      stream->second.next = answer.first + exchange.body_bytes;
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

FaultServer::FaultServer(Options options) : state_(std::make_unique<State>()) {
  state_->link = options.link;
  if (options.tls != Tls::kNone) state_->tls = std::make_unique<TlsIdentity>(options.tls);
  state_->listener = bound_socket(options.port);
  state_->port = port_of(state_->listener);
  start();
}

FaultServer::~FaultServer() {
  stop();
  ::close(state_->listener);
  ::close(state_->wake);
}

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
  eventfd_t count = 0;
  ::eventfd_read(state_->wake, &count);
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
