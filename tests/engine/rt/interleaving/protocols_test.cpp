// SPDX-License-Identifier: GPL-3.0-or-later
// The real headers of engine/rt, compiled with the interleaver's atomics: every order of up to five operations on each
// side. The standard headers they include come first, so that the substitution meets our own code only.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/rt/interleaving/interleaver.h"

namespace std {
template <typename T>
using modelled_atomic = segue::test::ModelAtomic<T>;
template <typename T>
using modelled_vector = segue::test::ModelVector<T>;
}  // namespace std

#define atomic modelled_atomic
#define vector modelled_vector
#include "engine/rt/block_clock.h"
#include "engine/rt/mailbox.h"
#include "engine/rt/retire_queue.h"
#include "engine/rt/spsc_queue.h"
#undef atomic
#undef vector

namespace segue::test {
namespace {

// One side pushes 1, 2, 3 …, in spans of these lengths; the other tries to pop `pops` times.
struct QueuePlan {
  std::size_t capacity = 2;
  std::vector<int> spans;
  int pops = 5;
};

Trial queue_trial(const QueuePlan& plan) {
  auto [w, r] = rt::SpscQueue<int>::create(plan.capacity);
  auto writer = std::make_shared<decltype(w)>(std::move(w));
  auto reader = std::make_shared<decltype(r)>(std::move(r));
  auto pushed = std::make_shared<int>(0);
  auto popped = std::make_shared<int>(0);
  Trial trial;
  trial.bodies[0] = [=] {
    for (const int length : plan.spans) {
      std::vector<int> values;
      for (int i = 1; i <= length; ++i) values.push_back(*pushed + i);
      if (writer->try_push_all(values)) *pushed += length;
    }
  };
  trial.bodies[1] = [=] {
    for (int i = 0; i < plan.pops; ++i) {
      int value = 0;
      if (reader->try_pop(value) && value != ++*popped) fail_trial("popped " + std::to_string(value) + " out of order");
    }
  };
  trial.check = [=] {
    // What is left comes out in order, and then nothing.
    int value = 0;
    while (reader->try_pop(value)) {
      if (value != ++*popped) return std::string("left over out of order");
    }
    return *popped == *pushed ? std::string()
                              : "pushed " + std::to_string(*pushed) + ", popped " + std::to_string(*popped);
  };
  return trial;
}

TEST(SpscQueueInterleaving, KeepsOrderAndLosesNothing) {
  for (const QueuePlan& plan :
       {QueuePlan{.capacity = 1, .spans = {1, 1, 1, 1, 1}}, QueuePlan{.capacity = 2, .spans = {1, 1, 1, 1}},
        QueuePlan{.capacity = 3, .spans = {2, 1, 2, 2}}, QueuePlan{.capacity = 2, .spans = {3, 2, 1}}}) {
    const auto result = explore([&] { return queue_trial(plan); });
    EXPECT_EQ(result.failure, "") << "capacity " << plan.capacity;
    EXPECT_GT(result.schedules, 200);
  }
}

TEST(SpscQueueInterleaving, ABatchIsSeenWholeOrNotAtAll) {
  const auto result = explore([] {
    auto [w, r] = rt::SpscQueue<int>::create(4);
    auto writer = std::make_shared<decltype(w)>(std::move(w));
    auto reader = std::make_shared<decltype(r)>(std::move(r));
    Trial trial;
    trial.bodies[0] = [writer] {
      const std::vector<int> batch = {1, 2, 3};
      (void)writer->try_push_all(batch);
    };
    trial.bodies[1] = [reader] {
      int value = 0;
      if (!reader->try_pop(value)) return;
      if (!reader->try_pop(value) || !reader->try_pop(value)) fail_trial("a part of the batch");
    };
    trial.check = [] { return std::string(); };
    return trial;
  });
  EXPECT_EQ(result.failure, "");
}

TEST(SpscQueueInterleaving, NeedsItsOrderings) {
  const QueuePlan plan{.capacity = 2, .spans = {1, 1, 1, 1}};
  EXPECT_NE(explore([&] { return queue_trial(plan); }, Weakened::kAcquire).failure, "");
  EXPECT_NE(explore([&] { return queue_trial(plan); }, Weakened::kRelease).failure, "");
}

// A value whose two halves would differ if it were read while it is written. Trivially copyable, as the mailbox wants
// it, though each access goes through a cell kept apart.
struct Letter {
  int number = 0;
};

class Letters {
 public:
  // The cell that stands for the memory of this letter.
  ModelCell<int>& cell_of(const Letter& letter) {
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (seen_[i] == &letter || seen_[i] == nullptr) {
        seen_[i] = &letter;
        return cells_[i];
      }
    }
    return cells_[0];
  }

 private:
  std::array<const Letter*, 3> seen_{};
  std::array<ModelCell<int>, 3> cells_;
};

Trial mailbox_trial(int letters, int looks) {
  auto [w, r] = rt::Mailbox<Letter>::create();
  auto writer = std::make_shared<decltype(w)>(std::move(w));
  auto reader = std::make_shared<decltype(r)>(std::move(r));
  auto memory = std::make_shared<Letters>();
  auto last = std::make_shared<int>(0);
  Trial trial;
  trial.bodies[0] = [=] {
    for (int i = 1; i <= letters; ++i) {
      memory->cell_of(writer->next()).write(i);
      writer->publish();
    }
  };
  trial.bodies[1] = [=] {
    for (int i = 0; i < looks; ++i) {
      const int number = memory->cell_of(reader->latest()).read();
      if (number < *last) fail_trial("an older letter after a newer");
      *last = number;
    }
  };
  trial.check = [=] {
    const int number = memory->cell_of(reader->latest()).read();
    return number == letters ? std::string() : "the newest letter is " + std::to_string(number);
  };
  return trial;
}

TEST(MailboxInterleaving, NeverTearsNorGoesBackAndKeepsTheNewest) {
  const auto result = explore([] { return mailbox_trial(5, 5); });
  EXPECT_EQ(result.failure, "");
  EXPECT_GT(result.schedules, 200);
}

TEST(MailboxInterleaving, NeedsItsOrderings) {
  EXPECT_NE(explore([] { return mailbox_trial(5, 5); }, Weakened::kAcquire).failure, "");
  EXPECT_NE(explore([] { return mailbox_trial(5, 5); }, Weakened::kRelease).failure, "");
}

TEST(RetireQueueInterleaving, NeverOverflowsWhatWasReserved) {
  const auto result = explore([] {
    auto [w, r] = rt::RetireQueue<int>::create(2);
    auto [send, receive] = rt::SpscQueue<int*>::create(4);
    auto writer = std::make_shared<decltype(w)>(std::move(w));
    auto reader = std::make_shared<decltype(r)>(std::move(r));
    auto sender = std::make_shared<decltype(send)>(std::move(send));
    auto receiver = std::make_shared<decltype(receive)>(std::move(receive));
    auto objects = std::make_shared<std::array<int, 4>>();
    auto sent = std::make_shared<int>(0);
    auto back = std::make_shared<int>(0);
    Trial trial;
    trial.bodies[0] = [=] {  // control: sends what it can reserve for, collects
      for (int& object : *objects) {
        if (reader->collect() != nullptr) ++*back;
        if (!reader->reserve()) continue;
        if (!sender->try_push(&object)) return fail_trial("no room to send");
        ++*sent;
      }
    };
    trial.bodies[1] = [=] {  // render: gives everything back at once
      int* object = nullptr;
      for (int i = 0; i < 2; ++i) {
        if (receiver->try_pop(object)) writer->retire(object);
      }
    };
    trial.check = [=] {
      int* object = nullptr;
      while (receiver->try_pop(object)) writer->retire(object);
      while (reader->collect() != nullptr) ++*back;
      return *back == *sent ? std::string() : std::to_string(*sent) + " sent, " + std::to_string(*back) + " back";
    };
    return trial;
  });
  EXPECT_EQ(result.failure, "");
  EXPECT_GT(result.schedules, 200);
}

// A loader that takes a page out of sight and writes over it once the clock allows, against blocks that read it.
Trial reclaim_trial(bool waits_for_the_clock) {
  struct Stage {
    rt::BlockClock clock;
    ModelAtomic<int> table{1};  // 1: the page is there
    ModelCell<int> page;
  };
  auto stage = std::make_shared<Stage>();
  stage->clock.set_halted(false);
  Trial trial;
  trial.bodies[0] = [stage] {
    for (int block = 0; block < 2; ++block) {
      stage->clock.begin();
      if (stage->table.load(std::memory_order_acquire) == 1) (void)stage->page.read();
      stage->clock.end();
    }
  };
  trial.bodies[1] = [stage, waits_for_the_clock] {
    (void)stage->table.exchange(0, std::memory_order_seq_cst);
    const auto mark = stage->clock.mark();
    if (!waits_for_the_clock || stage->clock.passed(mark)) stage->page.write(2);
  };
  trial.check = [] { return std::string(); };
  return trial;
}

TEST(BlockClockInterleaving, LetsAPageBeReusedOnlyWhenNoBlockReadsIt) {
  const auto result = explore([] { return reclaim_trial(true); });
  EXPECT_EQ(result.failure, "");
  EXPECT_GT(result.schedules, 100);
}

TEST(BlockClockInterleaving, IsNeededForThat) {
  EXPECT_NE(explore([] { return reclaim_trial(false); }).failure, "");
  EXPECT_NE(explore([] { return reclaim_trial(true); }, Weakened::kRelease).failure, "");
}

}  // namespace
}  // namespace segue::test
