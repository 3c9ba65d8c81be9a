// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/prefetch_queue.h"

#include <gmock/gmock.h>

#include "tests/engine/catalog/fake_provider.h"
#include "tests/engine/control/library/fakes.h"

namespace segue::control {
namespace {

using catalog::test::FakeProvider;
using catalog::test::ManualClock;
using catalog::test::Script;
using test::FakeFetcher;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Item = v1::ListPrefetchesResponse::Item;

std::string uri(const std::string& id) { return "segue://a/" + id; }

class PrefetchQueueTest : public ::testing::Test {
 protected:
  PrefetchQueueTest() {
    catalog::Catalogue::Members members{.providers = {}, .clock = clock_, .on_health = nullptr};
    members.providers.push_back(std::make_unique<FakeProvider>("a", script_));
    catalogue_ = catalog::Catalogue::create(std::move(members));
    open(1);
  }
  ~PrefetchQueueTest() override {
    queue_->close();
    script_->let_go();
  }
  void open(int parallel) {
    if (queue_) queue_->close();
    queue_ = std::make_shared<PrefetchQueue>(
        PrefetchQueue::Options{*catalogue_, fetcher_, clock_, parallel, [this](const v1::Event& event) {
                                 const std::lock_guard lock(mutex_);
                                 told_.push_back(event);
                               }});
  }
  std::vector<std::string> states() const {
    std::vector<std::string> all;
    for (const Item& item : queue_->list()) all.push_back(item.uri().substr(10) + " " + Item::State_Name(item.state()));
    return all;
  }
  std::vector<v1::Event> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  ManualClock clock_;
  std::shared_ptr<Script> script_ = std::make_shared<Script>();
  std::mutex mutex_;
  std::vector<v1::Event> told_;
  FakeFetcher fetcher_;
  std::unique_ptr<catalog::Catalogue> catalogue_;
  std::shared_ptr<PrefetchQueue> queue_;
};

TEST_F(PrefetchQueueTest, HigherPrioritiesGoFirstThenTheOrderOfAsking) {
  queue_->add({uri("first")}, 0);
  fetcher_.wait_begun(1);
  queue_->add({uri("b"), uri("c")}, 0);
  queue_->add({uri("d")}, -5);
  queue_->add({uri("e"), uri("f")}, 7);
  EXPECT_THAT(states(), ElementsAre("first FETCHING", "e QUEUED", "f QUEUED", "b QUEUED", "c QUEUED", "d QUEUED"));
  for (std::size_t begun = 1; begun <= 6; ++begun) {
    const auto all = fetcher_.wait_begun(begun);
    fetcher_.end(all.back());
  }
  EXPECT_THAT(fetcher_.wait_begun(6), ElementsAre(uri("first"), uri("e"), uri("f"), uri("b"), uri("c"), uri("d")));
  EXPECT_THAT(states(), ElementsAre("d DONE", "c DONE", "b DONE", "f DONE", "e DONE", "first DONE"));
}

TEST_F(PrefetchQueueTest, NoMoreAtOnceThanMay) {
  open(3);
  std::vector<std::string> uris;
  for (int i = 0; i < 10; ++i) uris.push_back(uri(std::to_string(i)));
  EXPECT_EQ(*queue_->add(uris, 0), 10);
  for (std::size_t done = 0; done < 10; ++done) {
    const auto begun = fetcher_.wait_begun(std::min<std::size_t>(done + 3, 10));
    EXPECT_LE(begun.size(), done + 3);
    fetcher_.end(begun[done]);
  }
}

TEST_F(PrefetchQueueTest, AnAddressIsInItOnceAndMayRise) {
  EXPECT_EQ(*queue_->add({uri("x"), uri("x"), uri("y")}, 0), 2);
  fetcher_.wait_begun(1);
  EXPECT_EQ(*queue_->add({uri("z")}, 1), 1);
  EXPECT_EQ(*queue_->add({uri("y")}, 9), 0);
  EXPECT_THAT(states(), ElementsAre("x FETCHING", "y QUEUED", "z QUEUED"));
  EXPECT_EQ(*queue_->add({uri("y")}, -9), 0);
  EXPECT_THAT(states(), ElementsAre("x FETCHING", "y QUEUED", "z QUEUED")) << "it does not fall";
  fetcher_.end(uri("x"));
  EXPECT_EQ(*queue_->add({uri("x")}, 0), 1) << "once it has ended it may be asked for again";
  EXPECT_THAT(states(), ElementsAre("y FETCHING", "z QUEUED", "x QUEUED"));
}

TEST_F(PrefetchQueueTest, AFailureIsToldAndTheNextBegins) {
  queue_->add({uri("x"), uri("y")}, 0);
  fetcher_.wait_begun(1);
  fetcher_.end(uri("x"), fail(Code::kNotFound, "HTTP_404", "x: not there"));
  fetcher_.wait_begun(2);
  const auto items = queue_->list();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[1].state(), Item::FAILED);
  EXPECT_EQ(items[1].error().reason(), "HTTP_404");
  const auto events = told();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind(), v1::Event::PROGRESS);
  EXPECT_TRUE(events[0].progress().ended());
  EXPECT_EQ(events[0].error().reason(), "HTTP_404");
}

TEST_F(PrefetchQueueTest, ProgressShowsNoSecretsOfAnAddress) {
  const std::string address = "http://joe:sesame@a.org/b.mp3?token=sesame";
  queue_->add({address}, 0);
  fetcher_.wait_begun(1);
  fetcher_.progress(address, 1, 2);
  const auto events = told();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].progress().task(), "prefetch of http://a.org/b.mp3?token=…");
  EXPECT_EQ(events[0].text(), events[0].progress().task());
}

TEST_F(PrefetchQueueTest, WhatTheCatalogueCannotFindFails) {
  queue_->add({"segue://zoo/1", "file:///here.mp3"}, 0);
  while (queue_->list().front().state() != Item::DONE) std::this_thread::yield();
  EXPECT_EQ(queue_->list()[1].error().reason(), "PROVIDER_MISSING");
  EXPECT_EQ(queue_->list()[0].uri(), "file:///here.mp3") << "a file is here already";
}

TEST_F(PrefetchQueueTest, CancelTakesOutWhatWaitsAndWhatRuns) {
  queue_->add({uri("x"), uri("y"), uri("z")}, 0);
  fetcher_.wait_begun(1);
  EXPECT_EQ(queue_->cancel({uri("x"), uri("nobody")}), 1);
  fetcher_.wait_begun(2);
  EXPECT_THAT(fetcher_.wait_let_go(1), ElementsAre(uri("x")));
  fetcher_.end(uri("x"));  // too late to count
  EXPECT_THAT(states(), ElementsAre("y FETCHING", "z QUEUED"));
  EXPECT_EQ(queue_->cancel({}), 2);
  EXPECT_THAT(states(), IsEmpty());
}

TEST_F(PrefetchQueueTest, AHangingProviderIsLeftAtOnce) {
  script_->set(Script::Mode::kHang);
  queue_->add({uri("x")}, 0);
  script_->wait_inside(1);
  EXPECT_EQ(queue_->cancel({}), 1);
  script_->set(Script::Mode::kAnswer);
  queue_->add({uri("y")}, 0);
  EXPECT_THAT(fetcher_.wait_begun(1), ElementsAre(uri("y")));
}

TEST_F(PrefetchQueueTest, ProgressIsToldFourTimesASecond) {
  queue_->add({uri("x")}, 0);
  fetcher_.wait_begun(1);
  for (int i = 1; i <= 100; ++i) {
    fetcher_.progress(uri("x"), i, 100);
    clock_.advance(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(told().size(), 4U);
  EXPECT_EQ(queue_->list()[0].bytes(), 100);
  EXPECT_EQ(queue_->list()[0].size_bytes(), 100);
  fetcher_.end(uri("x"));
  EXPECT_EQ(told().back().progress().done(), 100);
}

TEST_F(PrefetchQueueTest, TheQueueAndItsMemoryAreBounded) {
  script_->set(Script::Mode::kHang);
  std::vector<std::string> uris;
  for (int i = 0; i < 10'000; ++i) uris.push_back(uri(std::to_string(i)));
  EXPECT_EQ(*queue_->add(uris, 0), 10'000);
  const auto refused = queue_->add({uri("more")}, 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "PREFETCH_QUEUE_FULL");
  EXPECT_EQ(*queue_->add({uri("5")}, 1), 0) << "what is in it already needs no room";
  queue_->cancel({});
  script_->set(Script::Mode::kAnswer);
  for (int i = 0; i < 205; ++i) {
    const std::string name = uri("n" + std::to_string(i));
    queue_->add({name}, 0);
    fetcher_.wait_begun(static_cast<std::size_t>(i) + 1);
    fetcher_.end(name);
  }
  EXPECT_EQ(queue_->list().size(), 200U);
  EXPECT_EQ(queue_->list()[0].uri(), uri("n204"));
}

TEST_F(PrefetchQueueTest, AClosedQueueBeginsNothing) {
  queue_->close();
  EXPECT_EQ(*queue_->add({uri("x")}, 0), 1);
  EXPECT_THAT(states(), ElementsAre("x QUEUED"));
}

}  // namespace
}  // namespace segue::control
