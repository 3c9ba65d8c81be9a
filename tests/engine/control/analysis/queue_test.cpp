// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/queue.h"

#include <array>
#include <atomic>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/control/analysis/queue_fixture.h"
#include "tests/support/audio/signals.h"

namespace segue::control::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(AnalysisQueueTest, HearsAWholeTrackAtItsOwnRate) {
  media.add("file:///a", wav_bytes(12.5, kRateA));
  const AnalysisNews news = analyse("file:///a");
  ASSERT_EQ(news.stage, Stage::kDone);
  ASSERT_NE(news.analysis, nullptr);
  EXPECT_TRUE(news.analysis->is_final);
  EXPECT_DOUBLE_EQ(news.analysis->duration_s, 12.5);
  EXPECT_EQ(news.analysis->rhythm.bpm, 128);
  EXPECT_EQ(news.progress, 1.0);
  EXPECT_EQ(news.track.content.size(), 64U);
  EXPECT_EQ(heard->begun[kRateA], 1);
}

TEST_F(AnalysisQueueTest, HearsNothingTwice) {
  media.add("file:///a", wav_bytes(2, kRateA));
  EXPECT_FALSE(analyse("file:///a").is_from_library);
  const AnalysisNews again = analyse("file:///a");
  EXPECT_EQ(again.stage, Stage::kDone);
  EXPECT_TRUE(again.is_from_library);
  EXPECT_EQ(again.analysis->rhythm.bpm, 128);
  EXPECT_EQ(heard->begun[kRateA], 1);
  EXPECT_EQ(store->analyses(), 1U);
}

TEST_F(AnalysisQueueTest, FindsTheSameBytesUnderAnotherAddress) {
  media.add("file:///a", wav_bytes(2, kRateA));
  media.add("file:///copy", wav_bytes(2, kRateA));
  media.add("file:///other", wav_bytes(2, kRateA, 2));
  (void)analyse("file:///a");
  EXPECT_TRUE(analyse("file:///copy").is_from_library);
  EXPECT_FALSE(analyse("file:///other").is_from_library);
}

TEST_F(AnalysisQueueTest, HearsAgainWhenForced) {
  media.add("file:///a", wav_bytes(2, kRateA));
  (void)analyse("file:///a");
  Listener listener;
  ASSERT_TRUE(queue().ask({.uri = "file:///a", .is_forced = true}, listener.tell()));
  EXPECT_FALSE(listener.wait().is_from_library);
  EXPECT_EQ(heard->begun[kRateA], 2);
}

TEST_F(AnalysisQueueTest, AnswersOfAnOlderVersionAreToldAndMadeAgain) {
  media.add("file:///a", wav_bytes(2, kRateA));
  (void)analyse("file:///a");
  store->age();
  Listener listener;
  ask("file:///a", listener, Urgency::kPlaying);
  const AnalysisNews old = listener.wait_for([](const AnalysisNews& news) { return news.analysis != nullptr; });
  EXPECT_TRUE(old.is_from_library);
  EXPECT_EQ(old.analysis->rhythm.bpm, 127);
  EXPECT_NE(old.stage, Stage::kDone);
  const AnalysisNews anew = listener.wait();
  EXPECT_FALSE(anew.is_from_library);
  EXPECT_EQ(anew.analysis->rhythm.bpm, 128);
  EXPECT_EQ(anew.analysis->version, model::kAnalysisVersion);
}

TEST_F(AnalysisQueueTest, OneJobHoweverManyAsk) {
  media.add("file:///a", wav_bytes(3, kRateA));
  heard->stops_at = kRateA;
  Listener one, two;
  ask("file:///a", one);
  ask("file:///a", two, Urgency::kLoaded);
  EXPECT_EQ(queue().list().size(), 1U);
  EXPECT_EQ(queue().list()[0].urgency, Urgency::kLoaded);
  heard->let_go();
  EXPECT_EQ(one.wait().stage, Stage::kDone);
  EXPECT_EQ(two.wait().stage, Stage::kDone);
  EXPECT_EQ(heard->begun[kRateA], 1);
}

TEST_F(AnalysisQueueTest, TwoAddressesOfOneContentAreOneJob) {
  options.threads = 2;
  media.add("file:///a", wav_bytes(3, kRateA));
  media.add("file:///b", wav_bytes(3, kRateA));
  heard->stops_at = kRateA;
  Listener one, two;
  ask("file:///a", one);
  heard->wait_for_stop();
  ask("file:///b", two);
  // Told of the other's listening as soon as it is found to be the same.
  heard->let_go();
  EXPECT_EQ(two.wait().stage, Stage::kDone);
  EXPECT_EQ(one.wait().stage, Stage::kDone);
  EXPECT_EQ(heard->begun[kRateA], 1);
}

TEST_F(AnalysisQueueTest, TheMostUrgentComesFirstAndTheRestGoesOnWhereItWas) {
  media.add("file:///a", wav_bytes(20, kRateA));
  media.add("file:///b", wav_bytes(5, kRateB));
  media.add("file:///c", wav_bytes(5, kRateC));
  Listener a, b, c;
  heard->stops_at = kRateA;
  ask("file:///a", a, Urgency::kBackground);
  heard->wait_for_stop();
  ask_and_wait("file:///c", c, Urgency::kAsked);
  ask_and_wait("file:///b", b, Urgency::kPlaying);
  heard->let_go();
  EXPECT_EQ(a.wait().stage, Stage::kDone);
  EXPECT_EQ(b.wait().stage, Stage::kDone);
  EXPECT_EQ(c.wait().stage, Stage::kDone);
  EXPECT_EQ(heard->begun[kRateA], 1);
  std::vector<int> order;  // of the rates, each time another track is turned to
  for (const auto& [rate_hz, seconds] : heard->pushes) {
    if (order.empty() || order.back() != rate_hz) order.push_back(rate_hz);
  }
  // The chunk that was under way, then by urgency.
  EXPECT_THAT(order, ElementsAre(kRateA, kRateB, kRateC, kRateA));
}

TEST_F(AnalysisQueueTest, AnUrgencyThatRisesCountsAtOnce) {
  media.add("file:///a", wav_bytes(5, kRateA));
  media.add("file:///b", wav_bytes(5, kRateB));
  media.add("file:///c", wav_bytes(5, kRateC));
  Listener a, b, c;
  heard->stops_at = kRateA;
  ask("file:///a", a, Urgency::kAsked);
  heard->wait_for_stop();
  ask_and_wait("file:///b", b, Urgency::kLoaded);
  queue().set_urgency(ask_and_wait("file:///c", c, Urgency::kLoaded), Urgency::kPlaying);
  heard->let_go();
  (void)a.wait();
  EXPECT_EQ(heard->pushes[1].first, kRateC);
}

TEST_F(AnalysisQueueTest, WithdrawnItEndsWithinAChunk) {
  media.add("file:///a", wav_bytes(60, kRateA));
  media.add("file:///b", wav_bytes(1, kRateB));
  Listener a, b;
  heard->stops_at = kRateA;
  const std::uint64_t asked = ask("file:///a", a);
  heard->wait_for_stop();
  queue().withdraw(asked);
  EXPECT_THAT(queue().list(), IsEmpty());
  heard->let_go();
  ask("file:///b", b);
  (void)b.wait();
  EXPECT_EQ(heard->pushed(kRateA), 1) << "the chunk that was under way";
  for (const AnalysisNews& news : a.all()) EXPECT_NE(news.stage, Stage::kDone);
}

TEST_F(AnalysisQueueTest, GoesOnForThoseWhoStayWhenOneWithdraws) {
  media.add("file:///a", wav_bytes(3, kRateA));
  heard->stops_at = kRateA;
  Listener one, two;
  const std::uint64_t asked = ask("file:///a", one);
  ask("file:///a", two);
  queue().withdraw(asked);
  heard->let_go();
  EXPECT_EQ(two.wait().stage, Stage::kDone);
}

TEST_F(AnalysisQueueTest, HearsNothingWhileItIsHeld) {
  media.add("file:///a", wav_bytes(60, kRateA));
  Listener a;
  heard->stops_at = kRateA;
  ask("file:///a", a);
  heard->wait_for_stop();
  queue().hold(true);
  heard->let_go();
  heard->wait_for_pushes(kRateA, 1);
  // What is written is done all the same, behind the chunk that was under way.
  std::promise<int> written;
  queue().write("a", [&](AnalysisStore&) {
    const std::lock_guard lock(heard->mutex);
    written.set_value(heard->pushed(kRateA));
  });
  EXPECT_EQ(written.get_future().get(), 1);
  EXPECT_EQ(queue().list().size(), 1U);
  queue().hold(false);
  EXPECT_EQ(a.wait().stage, Stage::kDone);
}

TEST_F(AnalysisQueueTest, WhatStreamsInIsEstimatedAtTenTwentyThirtySixtySecondsAndEachMinute) {
  const std::string bytes = wav_bytes(150, kRateA);
  auto& track = media.add("http://x/a", bytes);
  track.present = static_cast<std::int64_t>(track.bytes.size()) - 1;  // all but a byte
  Listener listener;
  ask("http://x/a", listener);
  (void)listener.wait_for([](const AnalysisNews& news) {
    return news.analysis != nullptr && news.analysis->analysed_s >= 119.99;
  });
  std::vector<double> at;
  for (const AnalysisNews& news : listener.all()) {
    if (news.analysis == nullptr || (!at.empty() && at.back() == news.analysis->analysed_s)) continue;
    at.push_back(news.analysis->analysed_s);
    EXPECT_FALSE(news.analysis->is_final);
    EXPECT_EQ(news.stage, Stage::kRunning);
  }
  EXPECT_THAT(at, ElementsAre(10, 20, 30, 60, 120));
  track.present = static_cast<std::int64_t>(bytes.size());
  const AnalysisNews last = listener.wait();
  EXPECT_EQ(last.stage, Stage::kDone);
  EXPECT_DOUBLE_EQ(last.analysis->duration_s, 150);
}

TEST_F(AnalysisQueueTest, AFileIsNotEstimated) {
  media.add("file:///a", wav_bytes(70, kRateA));
  Listener listener;
  ask("file:///a", listener);
  (void)listener.wait();
  for (const AnalysisNews& news : listener.all()) {
    EXPECT_TRUE(news.analysis == nullptr || news.analysis->is_final);
  }
}

// However the bytes come in, the analyser hears the same.
TEST_F(AnalysisQueueTest, BytesThatComeInDropsGiveWhatAWholeFileGives) {
  const std::string bytes = wav_bytes(20, kRateA);
  media.add("file:///a", bytes);
  (void)analyse("file:///a");
  const std::uint64_t whole = heard->hash[kRateA];
  store->age();
  auto& track = media.add("http://x/a", bytes);
  track.present = 10;  // not even a header
  Listener listener;
  ASSERT_TRUE(queue().ask({.uri = "http://x/a", .is_forced = true}, listener.tell()));
  ::segue::test::Random random(7);
  while (track.present < static_cast<std::int64_t>(bytes.size())) {
    track.present = std::min<std::int64_t>(track.present + random.below(40'000), static_cast<std::int64_t>(bytes.size()));
    std::this_thread::yield();
  }
  EXPECT_EQ(listener.wait().stage, Stage::kDone);
  EXPECT_EQ(heard->hash[kRateA], whole);
}

TEST_F(AnalysisQueueTest, AStreamThatStallsKeepsNobodyWaiting) {
  auto& stalled = media.add("http://x/a", wav_bytes(30, kRateA));
  stalled.present = 300'000;
  media.add("file:///b", wav_bytes(2, kRateB));
  Listener a, b;
  ask("http://x/a", a, Urgency::kPlaying);
  heard->wait_for_pushes(kRateA, 1);
  ask("file:///b", b, Urgency::kBackground);
  EXPECT_EQ(b.wait().stage, Stage::kDone);
}

TEST_F(AnalysisQueueTest, AServerThatHangsGivesWayToADeck) {
  options.opening_turn = std::chrono::hours(1);
  std::array<Listener, 4> hung;  // as many as may be opened at a time
  for (std::size_t i = 0; i < hung.size(); ++i) {
    const std::string uri = "http://x/" + std::to_string(i);
    auto& track = media.add(uri, wav_bytes(2, kRateA));
    track.hangs = true;
    ask(uri, hung[i], Urgency::kLoaded);  // those of decks are opened side by side
    while (track.opened == 0) std::this_thread::yield();
  }
  media.add("file:///b", wav_bytes(2, kRateB));
  Listener b;
  ask("file:///b", b, Urgency::kPlaying);
  EXPECT_EQ(b.wait().stage, Stage::kDone);
  for (Listener& one : hung) {
    for (const AnalysisNews& news : one.all()) EXPECT_EQ(news.stage, Stage::kQueued) << "it is tried again";
  }
}

// On a machine without time for it, listening may take for ever.
TEST_F(AnalysisQueueTest, WhatIsKnownDoesNotWaitForListening) {
  media.add("file:///a", wav_bytes(5, kRateA));
  media.add("file:///b", wav_bytes(2, kRateB));
  (void)analyse("file:///b");
  Listener a, b, c;
  heard->stops_at = kRateA;
  ask("file:///a", a, Urgency::kPlaying);
  heard->wait_for_stop();
  ask("file:///b", b, Urgency::kLoaded);
  EXPECT_TRUE(b.wait().is_from_library);
  queue().hold(true);
  ask("file:///b", c, Urgency::kLoaded);
  EXPECT_TRUE(c.wait().is_from_library) << "nor for a load or a loud audio thread";
  std::promise<void> written;
  queue().write("a", [&](AnalysisStore&) { written.set_value(); });
  written.get_future().wait();
  queue().hold(false);
  heard->let_go();
  EXPECT_EQ(a.wait().stage, Stage::kDone);
}

TEST_F(AnalysisQueueTest, ManyServersThatHangKeepNobodyWaiting) {
  options.opening_turn = std::chrono::milliseconds(1);
  std::array<Listener, 12> hung;
  for (std::size_t i = 0; i < hung.size(); ++i) {
    const std::string uri = "http://x/" + std::to_string(i);
    media.add(uri, wav_bytes(1, kRateA)).hangs = true;
    ask(uri, hung[i], i < 3 ? Urgency::kLoaded : Urgency::kAsked);
  }
  media.add("file:///b", wav_bytes(2, kRateB));
  media.add("file:///c", wav_bytes(2, kRateC));
  Listener b, c;
  ask("file:///b", b, Urgency::kLoaded);
  EXPECT_EQ(b.wait().stage, Stage::kDone);
  ask("file:///c", c, Urgency::kAsked);
  EXPECT_EQ(c.wait().stage, Stage::kDone);
  EXPECT_EQ(queue().list().size(), hung.size()) << "they are tried again";
}

TEST_F(AnalysisQueueTest, WhoIsToldMayAskAndWithdraw) {
  media.add("file:///a", wav_bytes(60, kRateA));
  media.add("file:///b", wav_bytes(2, kRateB));
  heard->stops_at = kRateA;
  Listener b;
  std::promise<std::uint64_t> number;
  std::shared_future<std::uint64_t> known = number.get_future().share();
  std::promise<void> withdrawn;
  std::atomic<int> told = 0;
  const auto asked = queue().ask({.uri = "file:///a"}, [&, known](const AnalysisNews& news) {
    if (news.stage != Stage::kRunning || told++ > 0) return;
    queue().withdraw(known.get());
    ask("file:///b", b);
    EXPECT_EQ(queue().list().size(), 1U);
    withdrawn.set_value();
  });
  ASSERT_TRUE(asked);
  number.set_value(*asked);
  withdrawn.get_future().wait();
  heard->let_go();
  EXPECT_EQ(b.wait().stage, Stage::kDone);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(heard->pushed(kRateA), 0) << "it was given up before the first chunk";
}

TEST_F(AnalysisQueueTest, AnotherAddressIsKnownByItsLengthWhileItStreamsIn) {
  auto& track = media.add("http://x/a", wav_bytes(30, kRateA));
  (void)analyse("http://x/a");
  track.present = 1'000;
  const AnalysisNews again = analyse("http://x/a");
  EXPECT_TRUE(again.is_from_library);
  EXPECT_EQ(heard->begun[kRateA], 1);
}

TEST_F(AnalysisQueueTest, FailsWithWhatTheTrackFailsWith) {
  media.add("http://x/radio", wav_bytes(1, kRateA)).is_live = true;
  media.add("file:///text", std::string(10'000, 'x'));
  const AnalysisNews missing = analyse("file:///missing");
  ASSERT_EQ(missing.stage, Stage::kFailed);
  EXPECT_EQ(missing.error->reason, "FILE_MISSING");
  EXPECT_EQ(analyse("http://x/radio").error->reason, "LIVE_STREAM");
  EXPECT_EQ(analyse("file:///text").error->code, Code::kFailedPrecondition);
  EXPECT_THAT(queue().list(), IsEmpty());
}

TEST_F(AnalysisQueueTest, WithoutThreadsOnlyTheStoreIsAsked) {
  media.add("file:///a", wav_bytes(2, kRateA));
  media.add("file:///b", wav_bytes(2, kRateB));
  (void)analyse("file:///a");
  options.threads = 0;
  AnalysisQueue off(options);
  Listener a, b;
  ASSERT_TRUE(off.ask({.uri = "file:///a"}, a.tell()));
  ASSERT_TRUE(off.ask({.uri = "file:///b"}, b.tell()));
  EXPECT_EQ(a.wait().stage, Stage::kDone);
  EXPECT_EQ(b.wait().error->reason, "NOT_ANALYSED");
  EXPECT_EQ(heard->begun[kRateB], 0);
}

TEST_F(AnalysisQueueTest, TellsWhatTheUserHasSaid) {
  media.add("file:///a", wav_bytes(1, kRateA));
  model::TrackMarks marks;
  marks.grid = model::BeatGrid{{{0.25, 140}}, 3};
  store->set_marks("file:///a", marks);
  const AnalysisNews news = analyse("file:///a");
  ASSERT_NE(news.marks, nullptr);
  ASSERT_TRUE(news.marks->grid);
  EXPECT_EQ(news.marks->grid->markers[0].bpm, 140);
}

TEST_F(AnalysisQueueTest, ProgressOnlyRises) {
  options.tell_every = std::chrono::milliseconds(0);
  media.add("file:///a", wav_bytes(60, kRateA));
  Listener listener;
  ask("file:///a", listener);
  (void)listener.wait();
  double last = 0;
  for (const AnalysisNews& news : listener.all()) {
    EXPECT_GE(news.progress, last);
    last = news.progress;
  }
  EXPECT_EQ(last, 1.0);
  EXPECT_GE(listener.all().size(), 20U);
}

TEST_F(AnalysisQueueTest, EndsAtOnceInTheMiddleOfEverything) {
  auto& stalled = media.add("http://x/a", wav_bytes(30, kRateA));
  stalled.present = 200'000;
  media.add("http://x/b", wav_bytes(2, kRateB)).hangs = true;
  media.add("file:///c", wav_bytes(600, kRateC));
  options.threads = 3;
  AnalysisQueue ending(options);
  Listener a, b, c;
  ASSERT_TRUE(ending.ask({.uri = "http://x/a"}, a.tell()));
  ASSERT_TRUE(ending.ask({.uri = "http://x/b"}, b.tell()));
  ASSERT_TRUE(ending.ask({.uri = "file:///c"}, c.tell()));
  heard->wait_for_pushes(kRateC, 1);
}  // and is destroyed

// Without the right to raise it, a thread behind a busy machine may not get to its end for minutes.
TEST_F(AnalysisQueueTest, TheEndDoesNotWaitForAnAnswerThatIsBeingMade) {
  media.add("file:///a", wav_bytes(2, kRateA));
  media.add("http://x/b", wav_bytes(30, kRateB)).present = 1'200'000;
  for (const char* uri : {"file:///a", "http://x/b"}) {
    Listener listener;
    heard->answers_wait = true;
    {
      AnalysisQueue ending(options);
      ASSERT_TRUE(ending.ask({.uri = uri}, listener.tell()));
      heard->wait_for_answers(1);
    }
    heard->let_go();
    heard->wait_for_answers(0);
    for (const AnalysisNews& news : listener.all()) EXPECT_EQ(news.analysis, nullptr) << uri;
  }
}

}  // namespace
}  // namespace segue::control::test
