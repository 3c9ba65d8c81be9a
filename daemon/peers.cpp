// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/peers.h"

#include <array>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace segue::daemon {
namespace {

constexpr unsigned kEstablished = 1;  // TCP_ESTABLISHED, as /proc/net/tcp prints it

using Words = std::array<std::uint32_t, 4>;

// An end of a connection as /proc/net/tcp (one word) and tcp6 (four) write it, in the machine's byte order.
struct ProcNames {
  std::string v4;  // empty for an IPv6 address
  std::string v6;
};

std::string v6_name(const Words& words, unsigned port) {
  char text[48];
  std::snprintf(text, sizeof text, "%08" PRIX32 "%08" PRIX32 "%08" PRIX32 "%08" PRIX32 ":%04X", words[0], words[1],
                words[2], words[3], port);
  return text;
}

ProcNames proc_names(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    const unsigned port = ntohs(v4.sin_port);
    char text[16];
    std::snprintf(text, sizeof text, "%08" PRIX32 ":%04X", v4.sin_addr.s_addr, port);
    return {text, v6_name({0, 0, htonl(0xFFFF), v4.sin_addr.s_addr}, port)};
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  Words words;
  std::memcpy(words.data(), &v6.sin6_addr, sizeof words);
  return {"", v6_name(words, ntohs(v6.sin6_port))};
}

std::optional<uid_t> owner_of(const char* table, const std::string& local, const std::string& remote) {
  std::ifstream file(table);
  for (std::string line; std::getline(file, line);) {
    char line_local[48];
    char line_remote[48];
    unsigned state = 0;
    unsigned uid = 0;
    // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid …
    const int fields =
        std::sscanf(line.c_str(), " %*u: %47s %47s %x %*x:%*x %*x:%*x %*x %u", line_local, line_remote, &state, &uid);
    if (fields == 4 && state == kEstablished && local == line_local && remote == line_remote) return uid;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Peer> unix_peer(int fd) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return Peer{.uid = credentials.uid, .pid = credentials.pid};
}

std::optional<Peer> loopback_peer(int fd) {
  sockaddr_storage ours{};
  sockaddr_storage theirs{};
  socklen_t ours_size = sizeof ours;
  socklen_t theirs_size = sizeof theirs;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&ours), &ours_size) != 0) return std::nullopt;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&theirs), &theirs_size) != 0) return std::nullopt;
  const ProcNames local = proc_names(theirs);
  const ProcNames remote = proc_names(ours);
  // A client may reach an IPv4 address from an IPv6 socket, as gRPC's do.
  auto uid = owner_of("/proc/self/net/tcp6", local.v6, remote.v6);
  if (!uid && !local.v4.empty()) uid = owner_of("/proc/self/net/tcp", local.v4, remote.v4);
  if (!uid) return std::nullopt;
  return Peer{.uid = *uid};
}

void Peers::enter(int fd, Peer peer) {
  const std::lock_guard lock(mutex_);
  peers_[fd] = peer;
}

std::optional<Peer> Peers::find(const std::string& grpc_name) const {
  constexpr std::string_view kPrefix = "fd:";
  if (!grpc_name.starts_with(kPrefix)) return std::nullopt;
  int fd = -1;
  const char* const last = grpc_name.data() + grpc_name.size();
  const auto [end, error] = std::from_chars(grpc_name.data() + kPrefix.size(), last, fd);
  if (error != std::errc() || end != last) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = peers_.find(fd);
  if (found == peers_.end()) return std::nullopt;
  return found->second;
}

}  // namespace segue::daemon
