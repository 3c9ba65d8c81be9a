// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/listener.h"

#include <condition_variable>
#include <future>
#include <mutex>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "tests/support/daemon/temp_dir.h"

namespace segue::daemon {
namespace {

constexpr int kPatienceMs = 5'000;

// A listener whose connections are kept by the test instead of by gRPC.
class ListenerTest : public ::testing::Test {
 protected:
  void start(Listener::Limits limits = {}) {
    auto unix_socket = UnixSocket::listen_at(path());
    ASSERT_TRUE(unix_socket) << unix_socket.error().message;
    auto loopback = listen_loopback({});
    ASSERT_TRUE(loopback) << loopback.error().message;
    port_ = loopback->endpoint.port;
    auto listener = Listener::start({.unix_socket = *std::move(unix_socket),
                                     .loopback = *std::move(loopback),
                                     .peers = peers_,
                                     .adopt = [this](int fd) { keep(fd); },
                                     .limits = limits});
    ASSERT_TRUE(listener) << listener.error().message;
    listener_ = *std::move(listener);
  }
  std::string path() const { return directory_.path("segued.sock"); }

  Descriptor connect_unix() const {
    Descriptor connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    finish_unix(connection);
    return connection;
  }
  void finish_unix(const Descriptor& connection) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  Descriptor connect_tcp() const {
    Descriptor connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return connection;
  }

  // The n-th connection handed over, counted from 1; -1 if it does not come.
  int wait_adopted(std::size_t count) {
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, std::chrono::milliseconds(kPatienceMs), [&] { return adopted_.size() >= count; });
    return came ? adopted_[count - 1].get() : -1;
  }
  // As gRPC ends a connection.
  void shut_down_adopted(std::size_t number) {
    const std::lock_guard lock(mutex_);
    shutdown(adopted_[number - 1].get(), SHUT_RDWR);
    adopted_[number - 1].reset();
  }
  // Whether the other side closes it.
  static bool is_refused(const Descriptor& connection) {
    pollfd readable{.fd = connection.get(), .events = POLLIN, .revents = 0};
    char byte = 0;
    return poll(&readable, 1, kPatienceMs) == 1 && recv(connection.get(), &byte, 1, 0) <= 0;
  }

  segue::testing::TempDir directory_;
  Peers peers_;
  std::unique_ptr<Listener> listener_;
  std::uint16_t port_ = 0;

 private:
  void keep(int fd) {
    const std::lock_guard lock(mutex_);
    adopted_.emplace_back(fd);
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Descriptor> adopted_;
};

TEST_F(ListenerTest, AUnixPeerIsKnownByItsCredentials) {
  start();
  const Descriptor connection = connect_unix();
  const int fd = wait_adopted(1);
  const auto peer = peers_.find("fd:" + std::to_string(fd));
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->uid, geteuid());
  EXPECT_EQ(peer->pid, getpid());
}

TEST_F(ListenerTest, ALoopbackPeerIsKnownByTheOwnerOfItsSocket) {
  start();
  const Descriptor connection = connect_tcp();
  const auto peer = peers_.find("fd:" + std::to_string(wait_adopted(1)));
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->uid, geteuid());
}

TEST_F(ListenerTest, NamesThatAreNoConnectionHaveNoPeer) {
  EXPECT_FALSE(peers_.find("fd:3"));
  EXPECT_FALSE(peers_.find("fd:"));
  EXPECT_FALSE(peers_.find("fd:3x"));
  EXPECT_FALSE(peers_.find("unix:3"));
}

TEST_F(ListenerTest, OnlyTheOwnUserAndRootAreAdmitted) {
  EXPECT_TRUE(is_admitted({.uid = 1000}, 1000));
  EXPECT_TRUE(is_admitted({.uid = 0}, 1000));
  EXPECT_FALSE(is_admitted({.uid = 1001}, 1000));
  EXPECT_FALSE(is_admitted({.uid = 1000}, 0));
}

// Connects as the user nobody to whatever `connection` is, and exits with 0 if it is refused.
template <typename Connect>
int exit_of_nobody(const Connect& connect_and_see) {
  const pid_t child = fork();
  if (child == 0) {
    const bool became = setresgid(65'534, 65'534, 65'534) == 0 && setresuid(65'534, 65'534, 65'534) == 0;
    _exit(became ? connect_and_see() : 9);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(ListenerTest, AnotherUsersProcessIsRefusedOnBothSockets) {
  if (geteuid() != 0) return;  // only root can become another user; OnlyTheOwnUserAndRootAreAdmitted holds for all
  start();
  // The directory and the socket's mode would stop it earlier; here the credentials must.
  ASSERT_EQ(chmod(directory_.path("").c_str(), 0755), 0);
  ASSERT_EQ(chmod(path().c_str(), 0666), 0);
  EXPECT_EQ(exit_of_nobody([&] { return is_refused(connect_unix()) ? 0 : 1; }), 0);
  EXPECT_EQ(exit_of_nobody([&] { return is_refused(connect_tcp()) ? 0 : 1; }), 0);
  EXPECT_EQ(listener_->counters().refused_user, 2U);
  EXPECT_EQ(listener_->counters().accepted, 0U);
}

TEST_F(ListenerTest, AUserHasAsManyConnectionsAsItMayAndOneMoreWhenOneEnds) {
  start();
  std::vector<Descriptor> connections;
  for (std::size_t i = 1; i <= 16; ++i) {
    connections.push_back(i % 2 == 0 ? connect_unix() : connect_tcp());
    ASSERT_GE(wait_adopted(i), 0) << i;
  }
  EXPECT_TRUE(is_refused(connect_unix()));
  EXPECT_TRUE(is_refused(connect_tcp()));
  EXPECT_EQ(listener_->counters().refused_limit, 2U);
  connections.pop_back();  // the client's side
  const Descriptor next = connect_unix();
  EXPECT_GE(wait_adopted(17), 0);
  shut_down_adopted(1);  // our side
  const Descriptor another = connect_unix();
  EXPECT_GE(wait_adopted(18), 0);
  EXPECT_EQ(listener_->counters().open, 16);
}

TEST_F(ListenerTest, AllTogetherHaveAsManyConnectionsAsTheyMay) {
  start({.connections_max = 2, .per_user_max = 16});
  const Descriptor first = connect_unix();
  const Descriptor second = connect_unix();
  ASSERT_GE(wait_adopted(2), 0);
  EXPECT_TRUE(is_refused(connect_unix()));
}

TEST_F(ListenerTest, ANumberIsNotUsedAgainSoon) {
  start();
  std::vector<int> numbers;
  for (std::size_t i = 1; i <= 20; ++i) {
    const Descriptor connection = connect_unix();
    numbers.push_back(wait_adopted(i));
    shut_down_adopted(i);
  }
  std::sort(numbers.begin(), numbers.end());
  EXPECT_EQ(std::adjacent_find(numbers.begin(), numbers.end()), numbers.end());
}

TEST_F(ListenerTest, SurvivesRunningOutOfDescriptors) {
  start();
  // These have their descriptor already; only the listener will lack one.
  std::vector<Descriptor> waiting;
  for (int i = 0; i < 8; ++i) waiting.emplace_back(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 256;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  std::vector<Descriptor> hoard;
  for (;;) {
    Descriptor taken(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!taken) break;
    hoard.push_back(std::move(taken));
  }
  for (const Descriptor& connection : waiting) {
    finish_unix(connection);
    EXPECT_TRUE(is_refused(connection));
  }
  EXPECT_EQ(listener_->counters().refused_descriptors, 8U);
  hoard.clear();
  const Descriptor next = connect_unix();
  EXPECT_GE(wait_adopted(1), 0);
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(ListenerTest, GoesWithConnectionsOpen) {
  start();
  const Descriptor connection = connect_unix();
  ASSERT_GE(wait_adopted(1), 0);
  listener_.reset();
  EXPECT_FALSE(std::filesystem::exists(path()));
}

}  // namespace
}  // namespace segue::daemon
