// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine/model/config.h"
#include "tests/engine/control/analysis/queue_fixture.h"

// The queue with a library that fails, with more than it bears, and what it writes.
namespace segue::control::test {
namespace {

// A deck is never told that its user has said nothing because the library could not be asked.
TEST_F(AnalysisQueueTest, AsksAStoreThatFailsAgain) {
  media.add("file:///a", wav_bytes(2, kRateA));
  model::TrackMarks marks;
  marks.rating = 4;
  store->set_marks("file:///a", marks);
  store->failures = 3;
  const AnalysisNews news = analyse("file:///a");
  EXPECT_EQ(news.stage, Stage::kDone);
  ASSERT_NE(news.marks, nullptr);
  EXPECT_EQ(news.marks->rating, 4);
}

TEST_F(AnalysisQueueTest, HearsWithoutAStoreThatNeverAnswersAndSaysNothingOfMarks) {
  media.add("file:///a", wav_bytes(2, kRateA));
  store->failures = 1'000'000;
  const AnalysisNews news = analyse("file:///a");
  EXPECT_EQ(news.stage, Stage::kDone);
  EXPECT_NE(news.analysis, nullptr);
  EXPECT_EQ(news.marks, nullptr);
}

TEST_F(AnalysisQueueTest, NoDeckIsRefusedForWhatOthersAsk) {
  queue().hold(true);
  Listener others, deck;
  for (int i = 0; i < model::kAnalysesMax; ++i) {
    ASSERT_TRUE(queue().ask({.uri = "file:///" + std::to_string(i), .urgency = Urgency::kBackground}, others.tell()));
  }
  const auto refused = queue().ask({.uri = "file:///more"}, others.tell());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "ANALYSIS_QUEUE_FULL");
  media.add("file:///b", wav_bytes(2, kRateB));
  ask_and_wait("file:///b", deck, Urgency::kLoaded);
}

TEST_F(AnalysisQueueTest, WritesOneAfterAnotherAndHoldsUpNobody) {
  std::promise<void> begun, let_go, done;
  std::vector<int> order;
  queue().write("a", [&](AnalysisStore&) {
    begun.set_value();
    let_go.get_future().wait();
    order.push_back(1);
  });
  begun.get_future().wait();
  queue().write("b", [&](AnalysisStore&) { order.push_back(2); });
  queue().write("b", [&](AnalysisStore&) { order.push_back(3); });
  queue().write("c", [&](AnalysisStore&) { done.set_value(); });
  media.add("file:///a", wav_bytes(2, kRateA));
  EXPECT_EQ(analyse("file:///a").stage, Stage::kDone) << "while one writes";
  let_go.set_value();
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 3})) << "the first of b was out of date";
}

TEST_F(AnalysisQueueTest, TheEndLosesNothingThatIsToBeWritten) {
  std::promise<void> begun, let_go;
  std::atomic<int> written = 0;
  auto ending = std::make_unique<AnalysisQueue>(options);
  ending->write("a", [&](AnalysisStore&) {
    begun.set_value();
    let_go.get_future().wait();
    ++written;
  });
  begun.get_future().wait();
  for (const char* key : {"b", "c", "d"}) ending->write(key, [&](AnalysisStore&) { ++written; });
  std::thread end([&] { ending.reset(); });
  let_go.set_value();
  end.join();
  EXPECT_EQ(written, 4);
}

}  // namespace
}  // namespace segue::control::test
