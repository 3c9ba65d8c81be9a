// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sockets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "tests/support/daemon/temp_dir.h"

namespace segue::daemon {
namespace {

using ::testing::HasSubstr;

mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

TEST(UnixSocket, MakesItsDirectoryAndItselfForTheOwnerAlone) {
  const segue::testing::TempDir directory;
  const auto socket = UnixSocket::listen_at(directory.path("made/here/segued.sock"));
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_EQ(mode_of(directory.path("made/here")), 0700U);
  EXPECT_EQ(mode_of(directory.path("made/here/segued.sock")), 0600U);
}

TEST(UnixSocket, RefusesADirectoryOthersMayWriteTo) {
  const segue::testing::TempDir directory;
  const std::string open_to_all = directory.path("open");
  ASSERT_EQ(mkdir(open_to_all.c_str(), 0700), 0);
  ASSERT_EQ(chmod(open_to_all.c_str(), 0777), 0);
  const auto socket = UnixSocket::listen_at(open_to_all + "/segued.sock");
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().reason, "SOCKET_UNSAFE");
  EXPECT_EQ(mode_of(open_to_all), 0777U) << "a directory that was there is left as it is";
}

TEST(UnixSocket, RefusesADirectoryOfSomeoneElse) {
  const segue::testing::TempDir directory;
  // Root gives one away; anyone else looks at root's.
  std::string foreign = "/";
  if (geteuid() == 0) {
    foreign = directory.path("foreign");
    ASSERT_EQ(mkdir(foreign.c_str(), 0755), 0);
    ASSERT_EQ(chown(foreign.c_str(), 65'534, 65'534), 0);
  }
  const auto socket = UnixSocket::listen_at(foreign + "/segued.sock");
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().reason, "SOCKET_UNSAFE") << socket.error().message;
}

TEST(UnixSocket, RefusesASocketThatIsServed) {
  const segue::testing::TempDir directory;
  const std::string path = directory.path("segued.sock");
  const auto first = UnixSocket::listen_at(path);
  ASSERT_TRUE(first);
  const auto second = UnixSocket::listen_at(path);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "ALREADY_RUNNING");
  EXPECT_THAT(second.error().message, HasSubstr("another segued runs there"));
  EXPECT_EQ(mode_of(path), 0600U) << "the first one's socket is still there";
}

TEST(UnixSocket, ReplacesAStaleSocket) {
  const segue::testing::TempDir directory;
  const std::string path = directory.path("segued.sock");
  // As a killed daemon leaves it.
  const Descriptor dead(socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const auto socket = UnixSocket::listen_at(path);
  EXPECT_TRUE(socket) << socket.error().message;
}

TEST(UnixSocket, LeavesAFileThatIsNoSocketAlone) {
  const segue::testing::TempDir directory;
  const std::string path = directory.write("segued.sock", "precious");
  const auto socket = UnixSocket::listen_at(path);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().reason, "SOCKET_UNSAFE");
  EXPECT_TRUE(std::filesystem::is_regular_file(path));
}

TEST(UnixSocket, RemovesItsPathAndNoOthers) {
  const segue::testing::TempDir directory;
  const std::string path = directory.path("segued.sock");
  {
    const auto socket = UnixSocket::listen_at(path);
    ASSERT_TRUE(socket);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  {
    const auto socket = UnixSocket::listen_at(path);
    ASSERT_TRUE(socket);
    std::filesystem::remove(path);
    directory.write("segued.sock", "someone else's");
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(UnixSocket, RefusesAPathThatIsTooLong) {
  const segue::testing::TempDir directory;
  const auto socket = UnixSocket::listen_at(directory.path(std::string(120, 'x')));
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().reason, "SOCKET_UNUSABLE");
}

TEST(Loopback, TellsThePortItGotAndWhenOneIsTaken) {
  const auto first = listen_loopback({});
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_NE(first->endpoint.port, 0);
  const auto second = listen_loopback(first->endpoint);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "ADDRESS_IN_USE");
  EXPECT_THAT(second.error().message, HasSubstr(first->endpoint.text()));
}

TEST(Loopback, ReadsLoopbackAddressesOnly) {
  EXPECT_EQ(parse_loopback("127.0.0.1:7421")->text(), "127.0.0.1:7421");
  EXPECT_EQ(parse_loopback("[::1]:0")->text(), "[::1]:0");
  for (const char* text : {"", "7421", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:+1", "127.0.0.1:7x",
                           "0.0.0.0:7421", "[::]:7421", "localhost:7421", "192.168.1.2:7421", "::1:7421"}) {
    const auto endpoint = parse_loopback(text);
    ASSERT_FALSE(endpoint) << text;
    EXPECT_EQ(endpoint.error().reason, "ADDRESS_INVALID");
  }
}

}  // namespace
}  // namespace segue::daemon
