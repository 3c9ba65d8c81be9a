// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/publisher.h"

#include <set>

#include <gtest/gtest.h>

#include "engine/control/events.h"
#include "tests/engine/control/booth.h"

namespace segue::test {
namespace {

constexpr const char* kLoadA = "load { deck: 1 uri: 'file:///a.wav' }";

TEST(Publisher, TellsASnapshotAndThenWholeObjectsThatChanged) {
  Booth booth;
  auto watcher = booth.control->publisher().watch({}, [] {});
  auto news = Booth::read(*watcher);
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].snapshot().decks_size(), 4);
  EXPECT_EQ(news[0].epoch(), "test-epoch");
  booth.send({"set_fader { channel: 2 level: 0.5 }"});
  booth.send({"set_fader { channel: 2 level: 0.25 }"});
  booth.send({"set_crossfader { position: 1 }"});
  booth.run(2);
  news = Booth::read(*watcher);
  ASSERT_EQ(news.size(), 1U) << "changes that were not read yet merge";
  ASSERT_EQ(news[0].change().channels_size(), 1);
  EXPECT_EQ(news[0].change().channels(0).fader(), 0.25);
  EXPECT_EQ(news[0].change().master().crossfader(), 1.0);
  EXPECT_EQ(news[0].change().decks_size(), 0);
  EXPECT_EQ(news[0].revision(), 3U);
}

TEST(Publisher, WakesAWaitingWatcherOnce) {
  Booth booth;
  int wakes = 0;
  auto watcher = booth.control->publisher().watch({}, [&wakes] { ++wakes; });
  Booth::read(*watcher);
  EXPECT_EQ(wakes, 0);
  booth.send({"set_master { db: -1 }"});
  booth.run(2);
  booth.send({"set_master { db: -2 }"});
  booth.run(2);
  EXPECT_EQ(wakes, 1);
  Booth::read(*watcher);
  booth.send({"set_master { db: -3 }"});
  booth.run(2);
  EXPECT_EQ(wakes, 2);
  watcher.reset();
  booth.send({"set_master { db: -4 }"});
  booth.run(2);
  EXPECT_EQ(wakes, 2);
}

TEST(Publisher, TellsEventsInOrder) {
  Booth booth;
  booth.add_tone("file:///a.wav", 0.5);
  auto watcher = booth.control->publisher().watch({}, [] {});
  booth.send({kLoadA});
  booth.run(2);
  booth.send({"load { deck: 2 uri: 'file:///missing.wav' }"});
  booth.send({"play { deck: 1 }"});
  booth.run_to(48'000);
  std::vector<v1::Event::Kind> kinds;
  for (const auto& news : Booth::read(*watcher)) {
    if (news.has_event()) kinds.push_back(news.event().kind());
  }
  EXPECT_EQ(kinds,
            (std::vector<v1::Event::Kind>{v1::Event::TRACK_LOADED, v1::Event::LOAD_FAILED, v1::Event::TRACK_ENDED}));
}

TEST(Publisher, ResumesAfterARevisionWithoutASnapshotOrALoss) {
  Booth booth;
  booth.add_tone("file:///a.wav", 5);
  booth.send({"set_fader { channel: 1 level: 0.5 }"});
  booth.run(2);
  auto first = booth.control->publisher().watch({}, [] {});
  const auto before = Booth::read(*first);
  const auto token = before.back().revision();
  first.reset();
  booth.send({kLoadA});
  booth.send({"set_fader { channel: 3 level: 0.5 }"});
  booth.run(3);
  v1::WatchRequest request;
  request.set_resume_epoch("test-epoch");
  request.set_resume_revision(token);
  auto second = booth.control->publisher().watch(request, [] {});
  std::set<std::uint32_t> decks;
  std::set<std::uint32_t> channels;
  bool was_loaded = false;
  for (const auto& news : Booth::read(*second)) {
    EXPECT_FALSE(news.has_snapshot() || news.has_resync());
    for (const auto& deck : news.change().decks()) decks.insert(deck.deck());
    for (const auto& channel : news.change().channels()) channels.insert(channel.channel());
    was_loaded = was_loaded || news.event().kind() == v1::Event::TRACK_LOADED;
  }
  EXPECT_TRUE(was_loaded);
  EXPECT_EQ(decks.count(1), 1U);
  EXPECT_EQ(channels.count(3), 1U);
  EXPECT_EQ(decks.count(2), 0U);
}

TEST(Publisher, ResyncsWhenTheTokenIsUnknown) {
  Booth booth;
  v1::WatchRequest request;
  request.set_resume_epoch("another");
  request.set_resume_revision(3);
  auto other_epoch = booth.control->publisher().watch(request, [] {});
  auto news = Booth::read(*other_epoch);
  ASSERT_EQ(news.size(), 2U);
  EXPECT_TRUE(news[0].has_resync());
  EXPECT_TRUE(news[1].has_snapshot());
  request.set_resume_epoch("test-epoch");
  request.set_resume_revision(99);
  auto future = booth.control->publisher().watch(request, [] {});
  EXPECT_TRUE(Booth::read(*future).front().has_resync());
}

TEST(Publisher, TellsASlowReaderToResyncAndKeepsNothingForIt) {
  Booth booth;
  auto slow = booth.control->publisher().watch({}, [] {});
  Booth::read(*slow);
  for (std::size_t i = 0; i < model::kEventRingMax + 10; ++i) {
    booth.control->publisher().announce(control::output_changed(0, std::to_string(i)));
  }
  booth.control->publisher().flush();
  const auto news = Booth::read(*slow);
  ASSERT_EQ(news.size(), 2U);
  EXPECT_TRUE(news[0].has_resync());
  EXPECT_TRUE(news[1].has_snapshot());
}

TEST(Publisher, BoundsItsWatchers) {
  Booth booth;
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < model::kWatchersMax; ++i) watchers.push_back(booth.control->publisher().watch({}, [] {}));
  EXPECT_NE(watchers.back(), nullptr);
  EXPECT_EQ(booth.control->publisher().watch({}, [] {}), nullptr);
  watchers.pop_back();
  EXPECT_NE(booth.control->publisher().watch({}, [] {}), nullptr);
}

}  // namespace
}  // namespace segue::test
