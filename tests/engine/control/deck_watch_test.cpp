// SPDX-License-Identifier: GPL-3.0-or-later
// What control tells of decks that run dry, of how their bytes come in, and of radio.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/control/booth.h"

namespace segue::test {
namespace {

constexpr Frames kSecond = 48'000;

std::vector<v1::Event> events_of(Watcher& watcher, v1::Event::Kind kind) {
  std::vector<v1::Event> events;
  for (const auto& news : Booth::read(watcher)) {
    if (news.has_event() && news.event().kind() == kind) events.push_back(news.event());
  }
  return events;
}

TEST(DeckWatch, TellsWhenADeckRollsAndWhenItGoesOn) {
  Booth booth;
  booth.add_tone("file:///a", 30);
  booth.send({"load { deck: 1 uri: 'file:///a' }", "set_grid { deck: 1 bpm: 120 first_beat_s: 0.25 }"});
  booth.run(4);
  booth.loader.track("file:///a").hide(30, 400);
  booth.send({"play { deck: 1 }"});
  const auto watcher = booth.control->publisher().watch({}, [] {});
  booth.run_to(4 * kSecond);
  EXPECT_TRUE(booth.deck(1).rolling());
  EXPECT_EQ(booth.deck(1).rolls(), 1U);
  EXPECT_EQ(booth.deck(1).underruns(), 1U);
  const auto started = events_of(*watcher, v1::Event::ROLL_STARTED);
  ASSERT_EQ(started.size(), 1U);
  EXPECT_EQ(started[0].deck(), 1U);
  booth.loader.track("file:///a").show(30, 400);
  booth.run_to(5 * kSecond);
  EXPECT_FALSE(booth.deck(1).rolling());
  EXPECT_EQ(events_of(*watcher, v1::Event::ROLL_ENDED).size(), 1U);
  EXPECT_EQ(booth.deck(1).rolls(), 1U);
}

TEST(DeckWatch, WantsThePagesOfARollForAsLongAsItLasts) {
  Booth booth;
  booth.add_tone("file:///a", 60);
  booth.send({"load { deck: 1 uri: 'file:///a' }"});
  booth.run(4);
  booth.loader.track("file:///a").hide(30, 800);
  booth.send({"play { deck: 1 }"});
  booth.run_to(12 * kSecond);
  ASSERT_TRUE(booth.deck(1).rolling());
  const auto& ranges = booth.loader.wants().back().ranges;
  const render::DeckSnapshot& sound = booth.control->snapshot().decks[0];
  EXPECT_TRUE(std::any_of(ranges.begin(), ranges.end(), [&](const stream::WantedRange& range) {
    return range.from == sound.roll_from && range.to == sound.roll_to;
  }));
}

TEST(DeckWatch, RollsABeatOfTheGridAtThePlayhead) {
  Booth booth;
  booth.add_tone("file:///a", 30);
  booth.send({"load { deck: 1 uri: 'file:///a' }",
              "set_grid { deck: 1 markers { at_s: 0.1 bpm: 100 } markers { at_s: 1.3 bpm: 150 } }"});
  booth.run(4);
  booth.loader.track("file:///a").hide(40, 400);  // from 3.4 s on
  booth.send({"play { deck: 1 }"});
  booth.run_to(5 * kSecond);
  const render::DeckSnapshot& sound = booth.control->snapshot().decks[0];
  ASSERT_TRUE(sound.is_rolling);
  EXPECT_NEAR(static_cast<double>(sound.roll_to - sound.roll_from), 0.4 * kSecond, 2.0) << "a beat at 150 bpm";
  const double beats = (static_cast<double>(sound.roll_from) / kSecond - 1.3) / 0.4;
  EXPECT_NEAR(beats, std::round(beats), 1e-3) << "it begins on one";
}

TEST(DeckWatch, ShowsHowBytesComeIn) {
  Booth booth;
  booth.add_tone("http://radio.example/a.mp3", 10);
  auto& network = booth.loader.network("http://radio.example/a.mp3");
  network.fetch.state = stream::FetchStatus::State::kFetching;
  network.fetch.size = 1000;
  network.fetch.present = 250;
  network.fetch.provider = "web";
  network.fetch.attempts = 1;
  booth.send({"load { deck: 1 uri: 'http://radio.example/a.mp3' }"});
  booth.run(4);
  v1::Deck deck = booth.deck(1);
  EXPECT_DOUBLE_EQ(deck.fetched(), 0.25);
  EXPECT_EQ(deck.fetch().state(), v1::Fetch::FETCHING);
  EXPECT_EQ(deck.fetch().provider(), "web");
  const auto watcher = booth.control->publisher().watch({}, [] {});
  Booth::read(*watcher);
  network.fetch.state = stream::FetchStatus::State::kWaiting;
  network.fetch.trouble = Error{Code::kUnavailable, "CONNECTION_RESET", "a.mp3: the server hung up"};
  booth.run_to(kSecond);
  deck = booth.deck(1);
  EXPECT_EQ(deck.fetch().state(), v1::Fetch::WAITING);
  EXPECT_EQ(deck.fetch().error().reason(), "CONNECTION_RESET");
  const auto news = Booth::read(*watcher);
  EXPECT_TRUE(std::any_of(news.begin(), news.end(), [](const auto& one) {
    return one.has_change() && one.change().decks_size() == 1 &&
           one.change().decks(0).fetch().state() == v1::Fetch::WAITING;
  })) << "watchers are told";
}

TEST(DeckWatch, TellsTroubleOnceAndForgetsItWithTheTrack) {
  Booth booth;
  booth.add_tone("file:///a", 10);
  booth.add_tone("file:///b", 10);
  booth.send({"load { deck: 1 uri: 'file:///a' play: true }"});
  booth.run(4);
  const auto watcher = booth.control->publisher().watch({}, [] {});
  booth.loader.network("file:///a").trouble = Error{Code::kDataLoss, "FILE_CHANGED", "a: became shorter"};
  booth.run_to(2 * kSecond);
  EXPECT_EQ(booth.deck(1).trouble().reason(), "FILE_CHANGED");
  const auto told = events_of(*watcher, v1::Event::FAULT_BEGAN);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].deck(), 1U);
  EXPECT_EQ(told[0].error().reason(), "FILE_CHANGED");
  EXPECT_EQ(told[0].uri(), "file:///a");
  booth.send({"load { deck: 1 uri: 'file:///b' }"});
  booth.run(30);
  EXPECT_FALSE(booth.deck(1).has_trouble());
}

TEST(DeckWatch, WhatPeopleReadShowsNoPasswordOfAnAddress) {
  const std::string uri = "http://dj:pass-word@a.example/a?key=pass-word";
  Booth booth;
  booth.add_tone(uri, 1);
  const auto watcher = booth.control->publisher().watch({}, [] {});
  const std::string load = "load { deck: 1 uri: '" + uri + "' play: true }";
  booth.send({load.c_str()});
  booth.run_to(2 * kSecond);
  const auto news = Booth::read(*watcher);
  for (const v1::Event::Kind kind : {v1::Event::TRACK_LOADED, v1::Event::TRACK_ENDED}) {
    const auto told =
        std::find_if(news.begin(), news.end(), [&](const auto& one) { return one.event().kind() == kind; });
    ASSERT_NE(told, news.end()) << kind;
    EXPECT_EQ(told->event().text().find("pass-word"), std::string::npos) << told->event().text();
  }
}

TEST(DeckWatch, LeavesFaultsOfTheNetworkToTheFetcher) {
  Booth booth;
  booth.add_tone("http://a.example/a", 10);
  booth.send({"load { deck: 1 uri: 'http://a.example/a' play: true }"});
  booth.run(4);
  const auto watcher = booth.control->publisher().watch({}, [] {});
  booth.loader.network("http://a.example/a").fetch.state = stream::FetchStatus::State::kFailed;
  booth.loader.network("http://a.example/a").trouble = Error{Code::kNotFound, "HTTP_404", "a: 404"};
  booth.run_to(2 * kSecond);
  EXPECT_EQ(booth.deck(1).trouble().reason(), "HTTP_404");
  EXPECT_TRUE(events_of(*watcher, v1::Event::FAULT_BEGAN).empty());
}

TEST(DeckWatch, TellsWhatAStationPlays) {
  Booth booth;
  booth.add_tone("http://radio.example/live", 10);
  auto& network = booth.loader.network("http://radio.example/live");
  network.is_live = true;
  booth.send({"load { deck: 2 uri: 'http://radio.example/live' }"});
  booth.run(4);
  const auto watcher = booth.control->publisher().watch({}, [] {});
  network.live_title = "Somebody – Something";
  booth.run_to(kSecond);
  EXPECT_TRUE(booth.deck(2).live());
  EXPECT_EQ(booth.deck(2).duration_s(), 0) << "radio has no length";
  EXPECT_EQ(booth.deck(2).live_title(), "Somebody – Something");
  const auto told = events_of(*watcher, v1::Event::LIVE_TITLE);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].text(), "Somebody – Something");
  EXPECT_EQ(told[0].deck(), 2U);
}

TEST(DeckWatch, GoesOnWithRadioWhereItRanDry) {
  Booth booth;
  booth.add_ramp("http://radio.example/live", 60);
  booth.loader.network("http://radio.example/live").is_live = true;
  booth.send({"load { deck: 1 uri: 'http://radio.example/live' }"});
  booth.run(4);
  MemoryTrack& track = booth.loader.track("http://radio.example/live");
  track.hide(30, 800);  // the newest is at 2.56 s
  booth.send({"play { deck: 1 }"});
  booth.run_to(6 * kSecond);
  ASSERT_TRUE(booth.deck(1).rolling());
  track.show(30, 60);  // 2.56 s more: not enough yet
  booth.run_to(7 * kSecond);
  EXPECT_TRUE(booth.deck(1).rolling());
  track.show(60, 80);
  booth.run_to(8 * kSecond);
  EXPECT_FALSE(booth.deck(1).rolling());
  EXPECT_LT(booth.deck(1).position_s(), 2.6 + 1.1) << "from where it had run dry";
  EXPECT_GT(booth.deck(1).position_s(), 2.4);
}

TEST(DeckWatch, NewsFromElsewhereGetTheirFrameAndTheirDeck) {
  Booth booth;
  booth.add_tone("http://a.example/a.mp3", 10);
  booth.send({"load { deck: 3 uri: 'http://a.example/a.mp3' }"});
  booth.run(10);
  const auto watcher = booth.control->publisher().watch({}, [] {});
  const auto announce = booth.control->announcer();
  v1::Event event;
  event.set_kind(v1::Event::FAULT_BEGAN);
  event.set_uri("http://a.example/a.mp3");
  announce(event);
  booth.run(2);
  const auto told = events_of(*watcher, v1::Event::FAULT_BEGAN);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].deck(), 3U);
  EXPECT_GT(told[0].frame(), 0);
  booth.control->close();
  announce(event);  // too late for anybody
}

TEST(Supersede, ALoadEndsTheOneThatIsStillBeingOpened) {
  Booth::Options options;
  options.loads_at_once = false;
  Booth booth(options);
  booth.add_tone("file:///a", 10);
  booth.add_tone("file:///b", 10);
  const auto slow = booth.send({"load { deck: 1 uri: 'file:///a' }"});
  const auto play = booth.send({"play { deck: 1 }"});
  const auto tempo = booth.send({"set_tempo { deck: 1 percent: 2 }"});
  const auto other = booth.send({"load { deck: 2 uri: 'file:///a' }"});
  const auto fast = booth.send({"load { deck: 1 uri: 'file:///b' }"});
  booth.run(2);
  EXPECT_EQ(slow->reason(), "LOAD_SUPERSEDED");
  EXPECT_EQ(slow->code(), "ABORTED");
  EXPECT_EQ(play->reason(), "LOAD_SUPERSEDED") << "it was for that track";
  EXPECT_FALSE(other->has_come()) << "another deck's is nobody's business";
  EXPECT_EQ(booth.loader.cancelled().size(), 1U);
  booth.loader.answer();  // a, given up
  booth.loader.answer();  // a on deck 2
  booth.loader.answer();  // b
  booth.run(20);
  EXPECT_TRUE(fast->is_ok()) << fast->message();
  EXPECT_TRUE(tempo->is_ok()) << "a tempo is the deck's, not the track's";
  EXPECT_TRUE(other->is_ok());
  EXPECT_EQ(booth.deck(1).uri(), "file:///b");
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::READY);
  EXPECT_DOUBLE_EQ(booth.deck(1).tempo_percent(), 2);
}

TEST(Supersede, AnEjectDoesNotWaitForALoad) {
  Booth::Options options;
  options.loads_at_once = false;
  Booth booth(options);
  booth.add_tone("file:///a", 10);
  const auto load = booth.send({"load { deck: 1 uri: 'file:///a' play: true }"});
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::LOADING);
  const auto eject = booth.send({"eject { deck: 1 }"});
  booth.run(4);
  EXPECT_EQ(load->reason(), "LOAD_SUPERSEDED");
  EXPECT_TRUE(eject->is_ok()) << eject->message();
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::EMPTY);
}

TEST(Supersede, AScheduledLoadIsLeftAlone) {
  Booth::Options options;
  options.loads_at_once = false;
  Booth booth(options);
  booth.add_tone("file:///a", 10);
  const auto later = booth.send_at(kSecond, {"load { deck: 1 uri: 'file:///a' }"});
  const auto eject = booth.send({"eject { deck: 1 }"});
  booth.run(4);
  EXPECT_TRUE(eject->is_ok());
  booth.loader.answer();
  booth.run_to(2 * kSecond);
  EXPECT_TRUE(later->is_ok()) << later->message();
}

}  // namespace
}  // namespace segue::test
