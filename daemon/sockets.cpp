// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sockets.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace segue::daemon {
namespace {

constexpr int kBacklog = 64;  // as many as may be connected

std::string reason_of(int error) { return std::strerror(error); }

tl::unexpected<Error> unusable(const std::string& path, int error) {
  return fail(Code::kFailedPrecondition, "SOCKET_UNUSABLE", path + ": " + reason_of(error));
}

tl::unexpected<Error> unsafe(const std::string& path, const std::string& why) {
  return fail(Code::kFailedPrecondition, "SOCKET_UNSAFE", path + ": " + why + "; choose another with --socket");
}

// The directory, opened, after it has been made or found to be safe.
Result<Descriptor> open_directory(const std::filesystem::path& directory) {
  std::error_code ignored;  // mkdir below says what is wrong
  std::filesystem::create_directories(directory.parent_path(), ignored);
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return unusable(directory, errno);
  Descriptor opened(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat status {};
  if (!opened || fstat(opened.get(), &status) != 0) return unusable(directory, errno);
  if (status.st_uid != geteuid()) return unsafe(directory, "belongs to user " + std::to_string(status.st_uid));
  if ((status.st_mode & 022) != 0) return unsafe(directory, "others may write there");
  return opened;
}

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

bool is_served(const sockaddr_un& address) {
  const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const bool connected = connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  return connected || errno == EAGAIN;  // a full backlog is a served socket
}

Result<void> clear_path(const std::string& path, const sockaddr_un& address) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return errno == ENOENT ? Result<void>() : unusable(path, errno);
  if (!S_ISSOCK(status.st_mode)) return unsafe(path, "is not a socket");
  if (is_served(address)) {
    return fail(Code::kFailedPrecondition, "ALREADY_RUNNING", path + ": another segued runs there");
  }
  if (unlink(path.c_str()) != 0) return unusable(path, errno);
  return {};
}

}  // namespace

Result<UnixSocket> UnixSocket::listen_at(const std::string& path) {
  const sockaddr_un address = unix_address(path);
  if (path.size() >= sizeof address.sun_path) return unusable(path, ENAMETOOLONG);
  const auto directory = open_directory(std::filesystem::path(path).parent_path());
  if (!directory) return tl::unexpected(directory.error());
  // Two daemons that start at once must not both find the other's socket stale.
  if (flock(directory->get(), LOCK_EX) != 0) return unusable(path, errno);
  if (auto cleared = clear_path(path, address); !cleared) return tl::unexpected(cleared.error());

  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  struct stat status {};
  // The mode of the descriptor becomes that of the path, so there is no moment with another one.
  if (!listener || fchmod(listener.get(), 0600) != 0 ||
      bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener.get(), kBacklog) != 0 || lstat(path.c_str(), &status) != 0) {
    return unusable(path, errno);
  }
  return UnixSocket(std::move(listener), path, status.st_dev, status.st_ino);
}

UnixSocket::~UnixSocket() {
  if (!listener_) return;
  struct stat status {};
  if (lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_) unlink(path_.c_str());
}

Result<LoopbackSocket> listen_loopback(const Endpoint& endpoint) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(endpoint.port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  v6.sin6_addr = in6addr_loopback;
  auto* const address = endpoint.is_v6 ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4);
  socklen_t size = endpoint.is_v6 ? sizeof v6 : sizeof v4;

  Descriptor listener(socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (!listener || setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(listener.get(), address, size) != 0 || listen(listener.get(), kBacklog) != 0 ||
      getsockname(listener.get(), address, &size) != 0) {
    const bool taken = errno == EADDRINUSE;
    return fail(Code::kFailedPrecondition, taken ? "ADDRESS_IN_USE" : "ADDRESS_UNUSABLE",
                endpoint.text() + ": " + reason_of(errno) + "; choose another with --grpc, or --grpc off");
  }
  return LoopbackSocket{std::move(listener), {endpoint.is_v6, ntohs(endpoint.is_v6 ? v6.sin6_port : v4.sin_port)}};
}

}  // namespace segue::daemon
