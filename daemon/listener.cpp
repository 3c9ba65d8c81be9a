// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/listener.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "engine/base/log.h"
#include "engine/base/thread.h"

namespace segue::daemon {
namespace {

// Numbers below belong to files and threads; those given to gRPC walk from here to the limit and around, so that a
// number, by which gRPC names a connection, is not used again soon.
constexpr int kFirstNumber = 128;
constexpr std::chrono::seconds kRefusalLogPeriod{1};  // refusals must not flood the log
constexpr std::size_t kEventsMax = 128;               // all connections and listeners at once
constexpr int kRetryMs = 100;  // pause of the listeners when there is no descriptor even to refuse with

int descriptor_limit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<int>(limit.rlim_cur) : 1024;
}

bool is_exhausted(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

}  // namespace

bool is_admitted(const Peer& peer, uid_t own) { return peer.uid == 0 || peer.uid == own; }

Listener::Listener(Parts parts)
    : parts_(std::move(parts)), epoll_(epoll_create1(EPOLL_CLOEXEC)), stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Result<std::unique_ptr<Listener>> Listener::start(Parts parts) {
  std::unique_ptr<Listener> listener(new Listener(std::move(parts)));
  const auto& sockets = listener->parts_;
  listener->refill_reserve();
  const bool complete = listener->reserve_.size() == kDescriptorsReserved &&
                        listener->watch(listener->stop_.get(), EPOLLIN) &&
                        listener->watch(sockets.unix_socket.fd(), EPOLLIN) &&
                        (!sockets.loopback || listener->watch(sockets.loopback->listener.get(), EPOLLIN));
  if (!complete) {
    return fail(Code::kResourceExhausted, "DESCRIPTORS", std::string("sockets: ") + std::strerror(errno));
  }
  listener->thread_ = std::thread([raw = listener.get()] { raw->run(); });
  return listener;
}

Listener::~Listener() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_.get(), 1);
  thread_.join();
}

bool Listener::watch(int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

bool Listener::is_listening(int fd) const {
  return fd == parts_.unix_socket.fd() || (parts_.loopback && fd == parts_.loopback->listener.get());
}

void Listener::run() {
  set_thread_name("segue-accept");
  std::array<epoll_event, kEventsMax> events{};
  for (;;) {
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    const auto ready = std::span(events).first(static_cast<std::size_t>(std::max(count, 0)));
    // What has ended makes room for what is new.
    for (const epoll_event& event : ready) {
      if (event.data.fd == stop_.get()) return;
      if (const auto ended = connections_.find(event.data.fd); ended != connections_.end()) forget(ended);
    }
    for (const epoll_event& event : ready) {
      if (is_listening(event.data.fd)) accept_from(event.data.fd);
    }
    if (!is_out_of_descriptors_) continue;
    // A queue of connections that cannot even be refused would make this loop spin.
    is_out_of_descriptors_ = false;
    pollfd stop{.fd = stop_.get(), .events = POLLIN, .revents = 0};
    poll(&stop, 1, kRetryMs);
  }
}

void Listener::forget(Connections::iterator ended) {
  // Closing does not end the watch while the other copy of the descriptor is open, and the number may come back.
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, ended->first, nullptr);
  --per_user_[ended->second.uid];
  connections_.erase(ended);
  counters_.open.store(static_cast<int>(connections_.size()), std::memory_order_relaxed);
}

void Listener::accept_from(int listener) {
  Descriptor accepted(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted) {
    refill_reserve();
    admit(std::move(accepted), listener == parts_.unix_socket.fd());
  } else if (is_exhausted(errno)) {
    shed(listener);
  }
}

void Listener::admit(Descriptor accepted, bool is_unix) {
  const auto peer = is_unix ? unix_peer(accepted.get()) : loopback_peer(accepted.get());
  if (!peer || !is_admitted(*peer, geteuid())) return refused(counters_.refused_user, "user");
  const auto& limits = parts_.limits;
  const bool is_full = connections_.size() >= static_cast<std::size_t>(limits.connections_max);
  if (is_full || per_user_[peer->uid] >= limits.per_user_max) {
    return refused(counters_.refused_limit, "limit");
  }
  if (!is_unix) {
    const int on = 1;  // an answer must not wait for the acknowledgement of the one before
    setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  const int watched = accepted.get();
  Descriptor given = numbered_copy(watched);
  if (!given || !watch(watched, EPOLLRDHUP)) return refused(counters_.refused_descriptors, "descriptors");

  ++per_user_[peer->uid];
  connections_.emplace(watched, Connection{std::move(accepted), peer->uid});
  counters_.open.store(static_cast<int>(connections_.size()), std::memory_order_relaxed);
  counters_.accepted.fetch_add(1, std::memory_order_relaxed);
  parts_.peers.enter(given.get(), *peer);
  parts_.adopt(given.release());
}

// Without a descriptor the connection would stay in the queue, and with it every later one.
void Listener::shed(int listener) {
  is_out_of_descriptors_ = true;
  if (reserve_.empty()) return;
  reserve_.pop_back();
  const Descriptor accepted(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!accepted) return;
  is_out_of_descriptors_ = false;
  refused(counters_.refused_descriptors, "descriptors");
}

void Listener::refill_reserve() {
  while (reserve_.size() < kDescriptorsReserved) {
    Descriptor spare(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!spare) return;
    reserve_.push_back(std::move(spare));
  }
}

Descriptor Listener::numbered_copy(int fd) {
  if (next_number_ < kFirstNumber || next_number_ >= descriptor_limit()) next_number_ = kFirstNumber;
  Descriptor copy(fcntl(fd, F_DUPFD_CLOEXEC, next_number_));
  if (!copy) copy.reset(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  next_number_ = copy.get() + 1;
  return copy;
}

void Listener::refused(std::atomic<std::uint64_t>& counter, const char* why) {
  counter.fetch_add(1, std::memory_order_relaxed);
  const auto now = std::chrono::steady_clock::now();
  if (now - refusal_logged_ < kRefusalLogPeriod) return;
  refusal_logged_ = now;
  log::warning("connection_refused", {{"why", why},
                                      {"user", counters_.refused_user.load()},
                                      {"limit", counters_.refused_limit.load()},
                                      {"descriptors", counters_.refused_descriptors.load()}});
}

}  // namespace segue::daemon
