// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/systemd.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/support/daemon/notify_socket.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::daemon {
namespace {

TEST(ServiceManager, GetsWhatIsNotified) {
  const segue::testing::TempDir directory;
  segue::testing::NotifySocket manager(directory.path("notify"));
  setenv("NOTIFY_SOCKET", manager.path().c_str(), 1);
  notify_service_manager("READY=1\nSTATUS=serving");
  unsetenv("NOTIFY_SOCKET");
  EXPECT_EQ(manager.next(), "READY=1\nSTATUS=serving");
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
