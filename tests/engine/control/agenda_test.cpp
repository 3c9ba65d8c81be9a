// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/control/booth.h"

namespace segue::test {
namespace {

constexpr const char* kA = "file:///a.wav";
constexpr const char* kB = "file:///b.wav";
constexpr const char* kLoadA = "load { deck: 1 uri: 'file:///a.wav' }";
constexpr const char* kPlayA = "load { deck: 1 uri: 'file:///a.wav' play: true }";

TEST(Agenda, LoadsAndPlays) {
  Booth booth;
  booth.add_tone(kA, 10);
  const auto loaded = booth.send({kLoadA});
  booth.run(1);
  ASSERT_TRUE(loaded->is_ok()) << loaded->message();
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::READY);
  EXPECT_EQ(booth.deck(1).title(), "a tone");
  EXPECT_DOUBLE_EQ(booth.deck(1).duration_s(), 10.0);
  const auto played = booth.send({"play { deck: 1 }"});
  booth.run(1);
  ASSERT_TRUE(played->is_ok()) << played->message();
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::PLAYING);
  booth.run_to(48'000);
  EXPECT_NEAR(booth.deck(1).position_s(), 1.0, 0.02);
}

TEST(Agenda, AnswersACommittedLoadOnlyWhenItIsThere) {
  Booth::Options options;
  options.loads_at_once = false;
  Booth booth(options);
  booth.add_tone(kA, 1);
  const auto loaded = booth.send({kLoadA});
  booth.run(3);
  EXPECT_FALSE(loaded->has_come());
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::LOADING);
  booth.loader.answer();
  booth.run(1);
  EXPECT_TRUE(loaded->is_ok());
  EXPECT_TRUE(loaded->response().results(0).committed());
}

TEST(Agenda, HoldsCommandsOfALoadingDeckInOrder) {
  Booth::Options options;
  options.loads_at_once = false;
  Booth booth(options);
  booth.add_tone(kA, 10);
  const auto loaded = booth.send({kLoadA});
  const auto sought = booth.send({"seek { deck: 1 seconds: 2 }"});
  const auto played = booth.send({"play { deck: 1 }"});
  const auto fader = booth.send({"set_fader { channel: 1 level: 0.5 }"});
  booth.run(10);
  EXPECT_FALSE(played->has_come());
  EXPECT_TRUE(fader->is_ok()) << "a channel does not wait for its deck's load";
  booth.loader.answer();
  booth.run(4);
  ASSERT_TRUE(loaded->is_ok() && sought->is_ok() && played->is_ok()) << played->message();
  EXPECT_LE(loaded->response().results(0).frame(), sought->response().results(0).frame());
  EXPECT_LE(sought->response().results(0).frame(), played->response().results(0).frame());
  EXPECT_EQ(played->response().results(0).late_frames(), 0);
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::PLAYING);
  EXPECT_GE(booth.deck(1).position_s(), 2.0);
  EXPECT_EQ(booth.state().engine().late_commands(), 0U);
}

TEST(Agenda, CommitsABatchOnOneFrameWhenItsSlowestIsReady) {
  Booth::Options options;
  options.loads_at_once = false;
  Booth booth(options);
  booth.add_tone(kA, 10);
  const auto reply = booth.send({kPlayA, "set_fader { channel: 1 level: 0.25 }", "set_crossfader { position: -1 }",
                                 "set_keylock { deck: 2 on: true }"});
  booth.run(5);
  EXPECT_EQ(booth.state().channels(0).fader(), 1.0);
  booth.loader.answer();
  booth.run(2);
  ASSERT_TRUE(reply->is_ok()) << reply->message();
  ASSERT_EQ(reply->response().results_size(), 4);
  for (const auto& result : reply->response().results()) {
    EXPECT_EQ(result.frame(), reply->response().results(0).frame());
    EXPECT_TRUE(result.committed());
  }
  EXPECT_EQ(reply->response().revision(), 4U);
  EXPECT_EQ(booth.state().channels(0).fader(), 0.25);
  EXPECT_TRUE(booth.deck(2).keylock());
}

TEST(Agenda, CommitsScheduledCommandsOnTheirFrame) {
  Booth booth;
  booth.add_tone(kA, 10);
  booth.send({kLoadA});
  booth.run(2);
  const auto played = booth.send_at(10'007, {"play { deck: 1 }"});
  const auto faded = booth.send_at(10'007, {"set_fader { channel: 1 level: 0 }"});
  booth.run_to(11'000);
  ASSERT_TRUE(played->is_ok() && faded->is_ok()) << played->message();
  EXPECT_EQ(played->response().results(0).frame(), 10'007);
  EXPECT_EQ(played->response().results(0).late_frames(), 0);
  EXPECT_EQ(faded->response().results(0).frame(), 10'007);
  booth.run_to(48'000 + 10'007);
  const auto deck = booth.deck(1);
  EXPECT_NEAR(deck.position_s(), static_cast<double>(deck.anchor().frame() - 10'007) / 48'000, 1e-9);
}

TEST(Agenda, KeepsTheOldTrackPlayingUntilTheNextIsReadyAndBeyondAFailure) {
  Booth::Options options;
  options.loads_at_once = false;
  Booth booth(options);
  booth.add_tone(kA, 30);
  booth.add_tone(kB, 30);
  booth.send({kPlayA});
  booth.loader.answer();
  booth.run(10);
  ASSERT_EQ(booth.deck(1).state(), v1::Deck::PLAYING);

  const auto missing = booth.send({"load { deck: 1 uri: 'file:///missing.wav' }"});
  booth.run(10);
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::PLAYING);
  booth.loader.answer();
  booth.run(10);
  EXPECT_EQ(missing->reason(), "FILE_MISSING");
  EXPECT_EQ(missing->code(), "NOT_FOUND");
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::PLAYING);
  EXPECT_EQ(booth.deck(1).uri(), kA);
  EXPECT_EQ(booth.deck(1).error().reason(), "FILE_MISSING");

  const auto next = booth.send({"load { deck: 1 uri: 'file:///b.wav' }"});
  booth.run(10);
  EXPECT_EQ(booth.deck(1).uri(), kA);
  booth.loader.answer();
  booth.run(10);
  EXPECT_TRUE(next->is_ok());
  EXPECT_EQ(booth.deck(1).uri(), kB);
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::READY);
  EXPECT_FALSE(booth.deck(1).has_error());
  EXPECT_EQ(booth.loader.alive(), 1) << "the old track is let go once its fade is over";
}

TEST(Agenda, FailsADeckOnlyIfNothingIsThere) {
  Booth booth;
  const auto reply = booth.send({"load { deck: 3 uri: 'file:///missing.wav' }"});
  booth.run(1);
  EXPECT_EQ(reply->reason(), "FILE_MISSING");
  EXPECT_EQ(booth.deck(3).state(), v1::Deck::FAILED);
  EXPECT_EQ(booth.deck(3).error().code(), "NOT_FOUND");
  booth.send({"eject { deck: 3 }"});
  booth.run(1);
  EXPECT_EQ(booth.deck(3).state(), v1::Deck::EMPTY);
}

TEST(Agenda, RefusesWhatTheStateForbids) {
  Booth booth;
  booth.add_tone(kA, 10);
  EXPECT_EQ(booth.send({"play { deck: 1 }"})->reason(), "DECK_EMPTY");
  EXPECT_EQ(booth.send({"set_fader { channel: 1 level: 0 }", "pause { deck: 2 }"})->reason(), "DECK_EMPTY");
  booth.run(1);
  EXPECT_EQ(booth.state().channels(0).fader(), 1.0) << "none of a refused batch happens";
  booth.send({kLoadA});
  booth.run(1);
  EXPECT_EQ(booth.send({"seek { deck: 1 beats: 4 }"})->reason(), "NO_GRID");
  EXPECT_EQ(booth.send({"set_tempo { deck: 1 bpm: 128 }"})->reason(), "NO_GRID");
  EXPECT_EQ(booth.send({"cancel { command_id: 4711 }"})->reason(), "COMMAND_UNKNOWN");
  EXPECT_EQ(booth.send({"stop_recording {}"})->reason(), "RECORDING_STOPPED");
  EXPECT_EQ(booth.state().engine().revision(), 1U);
}

TEST(Agenda, LocksAnAudibleDeckUnlessForced) {
  Booth::Options options;
  options.load_lock = true;
  Booth booth(options);
  booth.add_tone(kA, 10);
  booth.send({kPlayA});
  booth.run(4);
  EXPECT_EQ(booth.send({kLoadA})->reason(), "DECK_LOCKED");
  const auto forced = booth.send({"load { deck: 1 uri: 'file:///a.wav' force: true }"});
  booth.run(4);
  EXPECT_TRUE(forced->is_ok()) << forced->message();
}

TEST(Agenda, GivesUpWhatIsTooLateAndCountsIt) {
  Booth booth;
  booth.add_tone(kA, 10);
  booth.send({kLoadA});
  booth.run_to(48'000);
  const auto missed = booth.send_at(24'000, {"play { deck: 1 }"});
  EXPECT_EQ(missed->reason(), "SCHEDULE_MISSED");
  const auto late = booth.send_at(booth.frame() - 480, {"play { deck: 1 }"});
  booth.run(2);
  ASSERT_TRUE(late->is_ok()) << late->message();
  EXPECT_GE(late->response().results(0).late_frames(), 480);
  EXPECT_EQ(booth.state().engine().late_commands(), 1U);
}

TEST(Agenda, CountsAHeldCommandAsLateOnlyIfItsOwnTimePassed) {
  Booth::Options options;
  options.loads_at_once = false;
  Booth booth(options);
  booth.add_tone(kA, 10);
  booth.send({kLoadA});
  const auto soon = booth.send_at(4'800, {"play { deck: 1 }"});
  const auto later = booth.send_at(48'000, {"pause { deck: 1 }"});
  booth.run_to(24'000);
  EXPECT_EQ(soon->reason(), "(no answer)");
  booth.loader.answer();
  booth.run_to(49'000);
  EXPECT_EQ(soon->reason(), "SCHEDULE_MISSED");
  ASSERT_TRUE(later->is_ok());
  EXPECT_EQ(later->response().results(0).frame(), 48'000);
  EXPECT_EQ(later->response().results(0).late_frames(), 0);
}

TEST(Agenda, CancelsHeldAndSentCommands) {
  Booth booth;
  booth.add_tone(kA, 10);
  booth.send({kLoadA});
  booth.run(1);
  auto far = Booth::request({"play { deck: 1 }"});
  far.mutable_when()->set_frame(480'000);
  far.set_wait(v1::ExecuteRequest::ACCEPTED);
  const auto first = booth.execute(far);
  auto near = far;
  near.mutable_when()->set_frame(9'600);  // within the horizon: render has it
  const auto second = booth.execute(near);
  booth.run(1);
  for (const auto& scheduled : {first, second}) {
    auto cancel = Booth::request({"cancel {}"});
    cancel.mutable_commands(0)->mutable_cancel()->set_command_id(scheduled->response().results(0).command_id());
    const auto cancelled = booth.execute(cancel);
    booth.run(2);
    EXPECT_TRUE(cancelled->is_ok()) << cancelled->message();
  }
  booth.run_to(20'000);
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::READY);
  EXPECT_TRUE(booth.control->agenda().is_idle());
}

TEST(Agenda, CompilesAnewWhatRenderHasWhenAnEarlierCommandChangesTheDeck) {
  Booth booth;
  booth.add_ramp(kA, 10);
  booth.send({kLoadA});
  booth.run(1);
  const auto play = booth.send_at(12'000, {"play { deck: 1 }"});
  booth.run(4);
  const auto seek = booth.send({"seek { deck: 1 seconds: 3 }"});
  booth.run_to(14'000);
  ASSERT_TRUE(play->is_ok() && seek->is_ok()) << play->message() << seek->message();
  EXPECT_EQ(play->response().results(0).frame(), 12'000);
  const auto deck = booth.deck(1);
  EXPECT_NEAR(deck.position_s(), 3.0 + static_cast<double>(deck.anchor().frame() - 12'000) / 48'000, 1e-9);
}

TEST(Agenda, StopsAtTheCuePointAndFollowsAClubPlayersCueButton) {
  Booth booth;
  booth.add_tone(kA, 10);
  booth.send({kLoadA});
  booth.send({"seek { deck: 1 seconds: 2 }"});
  booth.run(2);
  booth.send({"cue { deck: 1 }"});  // paused elsewhere: sets it here
  booth.run(2);
  EXPECT_DOUBLE_EQ(booth.deck(1).cue_s(), 2.0);
  booth.send({"cue { deck: 1 pressed: true }"});  // at it: plays while held
  booth.run(40);
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::PLAYING);
  booth.send({"cue { deck: 1 pressed: false }"});
  booth.run(2);
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::PAUSED);
  EXPECT_DOUBLE_EQ(booth.deck(1).position_s(), 2.0);
  booth.send({"play { deck: 1 }"});
  booth.run(40);
  booth.send({"stop { deck: 1 }"});
  booth.run(2);
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::PAUSED);
  EXPECT_DOUBLE_EQ(booth.deck(1).position_s(), 2.0);
  booth.send({"play { deck: 1 }"});
  booth.run(40);
  booth.send({"cue { deck: 1 }"});
  booth.run(2);
  EXPECT_DOUBLE_EQ(booth.deck(1).position_s(), 2.0);
}

TEST(Agenda, SeeksAndSetsTempoByTheGrid) {
  Booth booth;
  booth.add_tone(kA, 10);
  const auto reply = booth.send({kLoadA, "set_grid { deck: 1 bpm: 120 first_beat_s: 0.25 }",
                                 "seek { deck: 1 beats: 5 }", "set_tempo { deck: 1 bpm: 126 }"});
  booth.run(2);
  ASSERT_TRUE(reply->is_ok()) << reply->message();
  EXPECT_DOUBLE_EQ(booth.deck(1).position_s(), 2.25);
  EXPECT_NEAR(booth.deck(1).tempo_percent(), 5.0, 1e-9);
  EXPECT_DOUBLE_EQ(booth.deck(1).bpm(), 120.0);
  EXPECT_NEAR(booth.deck(1).effective_bpm(), 126.0, 1e-9);
  EXPECT_EQ(booth.send({"set_tempo { deck: 1 bpm: 300 }"})->code(), "INVALID_ARGUMENT");
}

TEST(Agenda, WaitsForThePagesOfASeek) {
  Booth booth;
  booth.add_tone(kA, 20);
  booth.send({kPlayA});
  booth.run(2);
  booth.loader.track(kA).hide(100, 130);
  const auto seek = booth.send({"seek { deck: 1 fraction: 0.5 }"});  // frame 480,000: page 117
  booth.run(20);
  EXPECT_FALSE(seek->has_come());
  EXPECT_EQ(booth.deck(1).underruns(), 0U);
  EXPECT_TRUE(std::any_of(booth.loader.wants().begin(), booth.loader.wants().end(), [](const auto& want) {
    return std::any_of(want.ranges.begin(), want.ranges.end(),
                       [](auto range) { return range.from > 478'000 && range.from <= 480'000 && range.to > 484'800; });
  }));
  booth.loader.track(kA).show(100, 130);
  booth.run(2);
  EXPECT_TRUE(seek->is_ok());
  EXPECT_EQ(booth.deck(1).underruns(), 0U);
}

TEST(Agenda, StartsThroughAStretcherWhenKeyLockIsOn) {
  Booth booth;
  booth.add_tone(kA, 20);
  booth.send({kLoadA, "set_keylock { deck: 1 on: true }", "set_tempo { deck: 1 percent: 5 }"});
  booth.run(1);
  booth.send({"play { deck: 1 }"});
  booth.run(1);
  EXPECT_TRUE(booth.control->snapshot().decks[0].is_stretching);
}

TEST(Agenda, InstallsAStretcherWhenAPlayingDeckComesToWantOne) {
  Booth booth;
  booth.add_tone(kA, 20);
  booth.send({kPlayA});
  booth.run(10);
  booth.send({"set_keylock { deck: 1 on: true }", "set_tempo { deck: 1 percent: 5 }"});
  booth.run(2);
  EXPECT_TRUE(booth.control->snapshot().decks[0].wants_stretcher);
  for (int i = 0; i < 20 && !booth.control->snapshot().decks[0].is_stretching; ++i) booth.run(1);
  EXPECT_TRUE(booth.control->snapshot().decks[0].is_stretching);
}

TEST(Agenda, LetsGoOfATrackThatIsReplacedOnTheFrameItStartsOn) {
  Booth booth;
  booth.add_tone(kA, 5);
  booth.add_tone(kB, 5);
  const auto reply = booth.send_at(9'600, {kPlayA, "load { deck: 1 uri: 'file:///b.wav' play: true }"});
  booth.run_to(14'400);
  ASSERT_TRUE(reply->is_ok()) << reply->message();
  EXPECT_EQ(booth.deck(1).uri(), kB);
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::PLAYING);
  EXPECT_EQ(booth.loader.alive(), 1);
}

TEST(Agenda, EjectsBetweenTwoLoadsOfOneFrame) {
  Booth booth;
  booth.add_tone(kA, 5);
  booth.add_tone(kB, 5);
  const auto reply =
      booth.send_at(9'600, {kPlayA, "eject { deck: 1 }", "load { deck: 1 uri: 'file:///b.wav' play: true }"});
  booth.run_to(14'400);
  ASSERT_TRUE(reply->is_ok()) << reply->message();
  EXPECT_EQ(booth.deck(1).uri(), kB);
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::PLAYING);
  EXPECT_EQ(booth.loader.alive(), 1);
}

TEST(Agenda, GivesUpEverythingWhenItCloses) {
  auto booth = std::make_unique<Booth>();
  booth->add_tone(kA, 10);
  booth->send({kLoadA});
  booth->run(1);
  const auto pending = booth->send_at(480'000, {"play { deck: 1 }"});
  booth.reset();
  EXPECT_EQ(pending->reason(), "ENGINE_STOPPED");
}

}  // namespace
}  // namespace segue::test
