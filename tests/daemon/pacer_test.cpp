// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/pacer.h"

#include <functional>
#include <future>

#include <gtest/gtest.h>

namespace segue::daemon {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kPatience{5};

class Task final : public Paced {
 public:
  explicit Task(std::function<TimePoint(int, TimePoint)> work) : work_(std::move(work)) {}
  TimePoint turn(TimePoint now) override { return work_(++turns_, now); }
  void stop() override { stopped_.set_value(); }
  std::future<void> stopped() { return stopped_.get_future(); }

 private:
  std::function<TimePoint(int, TimePoint)> work_;
  int turns_ = 0;
  std::promise<void> stopped_;
};

TEST(Pacer, TakesTurnsWhenDue) {
  Pacer pacer;
  std::promise<TimePoint> third;
  TimePoint first{};
  pacer.add(std::make_shared<Task>([&](int turn, TimePoint now) {
    if (turn == 1) first = now;
    if (turn == 3) third.set_value(now);
    return turn < 3 ? now + milliseconds(5) : TimePoint::max();
  }));
  auto reached = third.get_future();
  ASSERT_EQ(reached.wait_for(kPatience), std::future_status::ready);
  EXPECT_GE(reached.get() - first, milliseconds(10));
}

TEST(Pacer, AWakeDuringATurnIsNotLost) {
  Pacer pacer;
  std::promise<void> second;
  std::promise<void> in_first;
  std::promise<void> woken;
  const auto id = pacer.add(std::make_shared<Task>([&](int turn, TimePoint) {
    if (turn == 1) {
      in_first.set_value();
      woken.get_future().wait();
    } else if (turn == 2) {
      second.set_value();
    }
    return TimePoint::max();
  }));
  in_first.get_future().wait();
  pacer.wake(id);
  woken.set_value();
  EXPECT_EQ(second.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST(Pacer, WhatIsRemovedIsReleasedAndNotWoken) {
  Pacer pacer;
  std::promise<void> first;
  auto task = std::make_shared<Task>([&](int turn, TimePoint) {
    EXPECT_EQ(turn, 1);
    first.set_value();
    return TimePoint::max();
  });
  const std::weak_ptr<Task> watch = task;
  const auto id = pacer.add(std::move(task));
  first.get_future().wait();
  pacer.remove(id);
  pacer.wake(id);
  // A later task's turn proves that the thread has let go of the first one.
  std::promise<void> other;
  pacer.add(std::make_shared<Task>([&](int, TimePoint) {
    other.set_value();
    return TimePoint::max();
  }));
  other.get_future().wait();
  EXPECT_TRUE(watch.expired());
}

TEST(Pacer, StopsAllThatIsThere) {
  Pacer pacer;
  const auto task = std::make_shared<Task>([](int, TimePoint) { return TimePoint::max(); });
  auto stopped = task->stopped();
  pacer.add(task);
  pacer.stop_all();
  EXPECT_EQ(stopped.wait_for(kPatience), std::future_status::ready);
}

}  // namespace
}  // namespace segue::daemon
