// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_connections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include "engine/base/thread.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::catalog {
namespace {

using ::testing::ElementsAre;

class LibraryConnections : public ::testing::Test {
 protected:
  LibraryConnections() : connections_(std::move(Connections::open(folder_.path("library.db")).value())) {}

  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    order_.push_back(what);
  }
  Connections::Turn turn(const std::string& what, int times = 1) {
    return [this, what, times](store::Database&) mutable -> Result<bool> {
      note(what);
      return --times > 0;
    };
  }
  std::jthread edit() {
    return std::jthread([this] {
      const auto lease = connections_->write();
      note("edit");
    });
  }
  void wait_for_edit() {
    while (!connections_->is_edit_waiting()) std::this_thread::yield();
  }

  segue::testing::TempDir folder_;
  std::unique_ptr<Connections> connections_;
  std::mutex mutex_;
  std::vector<std::string> order_;  // what had the writing connection
};

TEST_F(LibraryConnections, AnEditGoesBeforeTurnsThatHaveWaitedLonger) {
  std::optional<Connections::Lease> held(connections_->write());
  auto first = connections_->in_background(turn("scan", 3));
  auto second = connections_->in_background(turn("other scan"));
  std::jthread person = edit();
  wait_for_edit();
  held.reset();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_THAT(order_, ElementsAre("edit", "scan", "other scan", "scan", "scan"));
}

TEST_F(LibraryConnections, AnEditWaitsForOneTurnAtMost) {
  std::jthread person;
  int turns = 0;
  // The edit comes in the middle of the first turn, which ends for it.
  const auto done = connections_->in_background([&](store::Database&) -> Result<bool> {
    if (++turns == 1) {
      person = edit();
      wait_for_edit();
    }
    note("turn " + std::to_string(turns));
    return turns < 3;
  });
  done.wait();
  person.join();
  EXPECT_THAT(order_, ElementsAre("turn 1", "edit", "turn 2", "turn 3"));
}

TEST_F(LibraryConnections, TurnsHaveTheUsualPriorityWhoeverHandsThemOver) {
  const int usual = ::sched_getscheduler(0);
  int scanner = -1, writer = -1;
  std::jthread([&] {
    lower_to_background();
    scanner = ::sched_getscheduler(0);
    const auto done = connections_->in_background([&](store::Database&) -> Result<bool> {
      writer = ::sched_getscheduler(0);
      return false;
    });
    done.wait();
  }).join();
  EXPECT_EQ(scanner, SCHED_IDLE);
  EXPECT_EQ(writer, usual);
  EXPECT_NE(writer, SCHED_IDLE) << "it would hold the connection for as long as others keep the processors busy";
}

TEST_F(LibraryConnections, AFailureEndsItsWorkAndNoOther) {
  int calls = 0;
  auto failing = connections_->in_background([&](store::Database& database) -> Result<bool> {
    ++calls;
    return database.run("INSERT INTO nothing VALUES(1)").map([] { return true; });
  });
  auto other = connections_->in_background(turn("other"));
  EXPECT_EQ(failing.get().error().reason, "STORE_FAILED");
  EXPECT_TRUE(other.get());
  EXPECT_EQ(calls, 1);
}

TEST_F(LibraryConnections, TheEndWaitsForWhatIsToBeWritten) {
  auto first = connections_->in_background(turn("scan", 5));
  auto second = connections_->in_background(turn("other scan", 5));
  connections_.reset();
  EXPECT_EQ(order_.size(), 10U);
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
}

TEST_F(LibraryConnections, ANinthReaderWaitsForOneToBeGivenBack) {
  std::vector<Connections::Lease> readers;
  for (int i = 0; i < 8; ++i) readers.push_back(std::move(connections_->read().value()));
  std::jthread ninth([&] {
    const auto lease = connections_->read();
    note(lease ? "ninth" : lease.error().message);
  });
  note("given back");
  readers.pop_back();
  ninth.join();
  EXPECT_THAT(order_, ElementsAre("given back", "ninth"));
}

}  // namespace
}  // namespace segue::catalog
