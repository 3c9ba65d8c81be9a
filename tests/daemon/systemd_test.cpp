// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/systemd.h"

#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "daemon/descriptor.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::daemon {
namespace {

TEST(ServiceManager, GetsWhatIsNotified) {
  const segue::testing::TempDir directory;
  const std::string path = directory.path("notify");
  const Descriptor manager(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(manager.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  setenv("NOTIFY_SOCKET", path.c_str(), 1);
  notify_service_manager("READY=1\nSTATUS=serving");
  unsetenv("NOTIFY_SOCKET");
  char text[256] = {};
  const auto size = recv(manager.get(), text, sizeof text, MSG_DONTWAIT);
  ASSERT_GT(size, 0);
  EXPECT_EQ(std::string(text, static_cast<std::size_t>(size)), "READY=1\nSTATUS=serving");
}

TEST(ServiceManager, ItsWatchdogIsFedTwiceAPeriod) {
  EXPECT_EQ(watchdog_period().count(), 0);
  setenv("WATCHDOG_USEC", "10000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_EQ(watchdog_period(), std::chrono::seconds(5));
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(watchdog_period().count(), 0) << "meant for another process";
  unsetenv("WATCHDOG_USEC");
  unsetenv("WATCHDOG_PID");
}

}  // namespace
}  // namespace segue::daemon
