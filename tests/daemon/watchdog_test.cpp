// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/watchdog.h"

#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

#include "daemon/systemd.h"
#include "tests/support/daemon/fake_engine.h"
#include "tests/support/daemon/notify_socket.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::daemon {
namespace {

TEST(Watchdog, IsFedOnlyWhileControlTurns) {
  const segue::testing::TempDir directory;
  segue::testing::NotifySocket manager(directory.path("notify"));
  segue::testing::FakeEngine engine;
  setenv("NOTIFY_SOCKET", manager.path().c_str(), 1);
  setenv("WATCHDOG_USEC", "10000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  engine.set_alive(false);
  EXPECT_EQ(feed_watchdog(engine), std::chrono::milliseconds(100)) << "looks again soon: it may recover";
  notify_service_manager("STATUS=after a hungry look");
  EXPECT_EQ(manager.next(), "STATUS=after a hungry look");
  engine.set_alive(true);
  EXPECT_EQ(feed_watchdog(engine), std::chrono::seconds(5));
  EXPECT_EQ(manager.next(), "WATCHDOG=1");
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
}

}  // namespace
}  // namespace segue::daemon
