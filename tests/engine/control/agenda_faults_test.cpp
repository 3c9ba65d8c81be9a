// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/engine/control/booth.h"

// Batches that are called off, come too late, or find other things than they were made for.
namespace segue::test {
namespace {

constexpr const char* kA = "file:///a.wav";
constexpr const char* kLoadA = "load { deck: 1 uri: 'file:///a.wav' }";
constexpr const char* kPlayA = "load { deck: 1 uri: 'file:///a.wav' play: true }";

std::shared_ptr<Reply> cancel(Booth& booth, std::uint64_t command_id) {
  auto request = Booth::request({"cancel {}"});
  request.mutable_commands(0)->mutable_cancel()->set_command_id(command_id);
  return booth.execute(request);
}

// The id the next command will get.
std::uint64_t next_id(Booth& booth) {
  auto request = Booth::request({"set_master { db: 0 }"});
  request.set_wait(v1::ExecuteRequest::ACCEPTED);
  const auto reply = booth.execute(request);
  booth.run(1);
  return reply->response().results(0).command_id() + 1;
}

TEST(AgendaFaults, CancelsABatchWholeOrNotAtAllHoweverNearItsFrame) {
  for (Frames lead = 0; lead < 2'000; lead += 48) {
    Booth booth;
    booth.add_tone(kA, 10);
    booth.send({kLoadA});
    booth.run(2);
    const std::uint64_t id = next_id(booth);
    const Frames due = booth.frame() + 4'800;
    const auto reply = booth.send_at(due, {"play { deck: 1 }", "set_fader { channel: 1 level: 0.5 }"});
    booth.run_to(due - lead - booth.options.block_frames + 1);
    cancel(booth, id);
    booth.run_to(due + 2'400);
    ASSERT_TRUE(reply->has_come()) << lead;
    const bool happened = reply->is_ok();
    EXPECT_EQ(booth.deck(1).state() == v1::Deck::PLAYING, happened) << lead;
    EXPECT_EQ(booth.state().channels(0).fader() == 0.5, happened) << lead;
    for (int i = 0; happened && i < 2; ++i) EXPECT_EQ(reply->response().results(i).frame(), due) << lead;
  }
}

TEST(AgendaFaults, RecallsWhatWasMadeForACancelledCommand) {
  Booth booth;
  booth.add_tone(kA, 30);
  booth.send({kLoadA, "set_grid { deck: 1 bpm: 120 }"});
  booth.run(2);
  const std::uint64_t id = next_id(booth);
  const Frames due = booth.frame() + 9'600;
  const auto tempo = booth.send_at(due, {"set_tempo { deck: 1 percent: 10 }"});
  const auto seek = booth.send_at(due + 4'800, {"seek { deck: 1 seconds: 3 }"});
  const auto play = booth.send_at(due + 9'600, {"play { deck: 1 }"});
  booth.run(4);
  cancel(booth, id);
  booth.run(4);
  EXPECT_EQ(tempo->reason(), "COMMAND_CANCELLED");
  EXPECT_DOUBLE_EQ(booth.control->agenda().plan(0).tempo_percent, 0.0);
  EXPECT_TRUE(booth.control->agenda().plan(0).is_playing) << "what comes later still holds";
  booth.run_to(due + 24'000);
  ASSERT_TRUE(seek->is_ok() && play->is_ok());
  EXPECT_DOUBLE_EQ(booth.deck(1).tempo_percent(), 0.0);
  EXPECT_DOUBLE_EQ(booth.control->snapshot().decks[0].rate, 1.0);
  EXPECT_NEAR(booth.deck(1).position_s(),
              3.0 + static_cast<double>(booth.deck(1).anchor().frame() - due - 9'600) / 48'000, 1e-9);
}

TEST(AgendaFaults, StartsAnEndedDeckFromTheFrontWhateverWasSetMeanwhile) {
  Booth booth;
  booth.add_tone(kA, 0.5);
  booth.send({kPlayA});
  booth.run_to(28'800);
  ASSERT_EQ(booth.deck(1).state(), v1::Deck::ENDED);
  const auto reply =
      booth.send({"set_keylock { deck: 1 on: true }", "set_tempo { deck: 1 percent: 5 }", "play { deck: 1 }"});
  EXPECT_DOUBLE_EQ(booth.control->agenda().plan(0).path.position, 0.0);
  booth.run(4);
  ASSERT_TRUE(reply->is_ok());
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::PLAYING);
  EXPECT_TRUE(booth.control->snapshot().decks[0].is_stretching);
}

TEST(AgendaFaults, FailsWhatRenderRefuses) {
  Booth booth;
  booth.add_tone(kA, 10);
  auto watcher = booth.control->publisher().watch({}, [] {});
  Booth::read(*watcher);
  booth.run(1);
  // More frames of one quantum than render splits it at: the load comes a quantum late, which is later than allowed.
  const Frames due = booth.frame() + 4'800 / 64 * 64;
  std::vector<std::shared_ptr<Reply>> crowd;
  for (int i = 0; i < 40; ++i) crowd.push_back(booth.send_at(due + i, {"set_master { db: 0 }"}));
  auto load = Booth::request({kLoadA});
  load.mutable_when()->set_frame(due + 45);
  load.set_max_late_ms(0);
  const auto missed = booth.execute(load);
  const auto seek = booth.send_at(due + 50, {"seek { deck: 1 seconds: 2 }"});
  const std::uint64_t revision = booth.state().engine().revision();
  booth.run_to(due + 4'800);
  EXPECT_EQ(missed->reason(), "SCHEDULE_MISSED");
  EXPECT_EQ(seek->code(), "FAILED_PRECONDITION");
  EXPECT_EQ(seek->reason(), "DECK_EMPTY");
  EXPECT_EQ(booth.state().engine().revision(), revision + crowd.size());
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::EMPTY);
  const auto news = Booth::read(*watcher);
  EXPECT_EQ(std::count_if(news.begin(), news.end(),
                          [](const auto& one) { return one.event().kind() == v1::Event::COMMAND_FAILED; }),
            2);
}

TEST(AgendaFaults, LocksADeckByWhatItDoesWhenALoadsTimeComes) {
  Booth::Options options;
  options.load_lock = true;
  Booth booth(options);
  booth.add_tone(kA, 30);
  booth.send({kLoadA});
  booth.run(2);
  const Frames due = booth.frame() + 48'000;
  const auto onto_sound = booth.send_at(due, {kLoadA});
  booth.send({"play { deck: 1 }"});
  booth.run(4);
  const auto after_pause = booth.send_at(due + 48'000, {"pause { deck: 1 }"});
  const auto onto_silence = booth.send_at(due + 72'000, {kLoadA});
  booth.run_to(due + 96'000);
  EXPECT_EQ(onto_sound->code(), "FAILED_PRECONDITION");
  EXPECT_EQ(onto_sound->reason(), "DECK_LOCKED");
  EXPECT_TRUE(after_pause->is_ok());
  EXPECT_TRUE(onto_silence->is_ok()) << onto_silence->message();
}

TEST(AgendaFaults, NamesTheDeckOfALoadThatFailed) {
  Booth booth;
  auto watcher = booth.control->publisher().watch({}, [] {});
  Booth::read(*watcher);
  const auto reply = booth.send({"load { deck: 2 uri: 'file:///gone.mp3' }"});
  booth.run(1);
  const std::string told = "deck 2: file:///gone.mp3: no such file";
  EXPECT_EQ(reply->message(), told);
  EXPECT_EQ(booth.deck(2).error().message(), told);
  const auto news = Booth::read(*watcher);
  const auto event = std::find_if(news.begin(), news.end(), [](const auto& one) { return one.has_event(); });
  ASSERT_NE(event, news.end());
  EXPECT_EQ(event->event().text(), told);
  EXPECT_EQ(event->event().error().message(), told);
}

TEST(AgendaFaults, RefusesASeekBeyondTheEnd) {
  Booth booth;
  booth.add_tone(kA, 10);
  booth.send({kLoadA});
  booth.run(1);
  const auto beyond = booth.send({"seek { deck: 1 seconds: 3600 }"});
  EXPECT_EQ(beyond->code(), "INVALID_ARGUMENT");
  EXPECT_EQ(beyond->reason(), "FIELD_OUT_OF_RANGE");
  EXPECT_NE(beyond->message().find("seek.seconds"), std::string::npos) << beyond->message();
  const auto to_the_end = booth.send({"seek { deck: 1 seconds: 10 }"});
  booth.run(1);
  EXPECT_TRUE(to_the_end->is_ok()) << to_the_end->message();
}

TEST(AgendaFaults, PrimesAnewWhenTheTempoChangesWhileAStartWaits) {
  Booth booth;
  booth.add_tone(kA, 30);
  booth.send({kLoadA, "set_keylock { deck: 1 on: true }", "set_tempo { deck: 1 percent: 5 }"});
  booth.run(2);
  const Frames due = booth.frame() + 14'400;
  const auto play = booth.send_at(due, {"play { deck: 1 }"});
  booth.run(2);
  const auto tempo = booth.send({"set_tempo { deck: 1 percent: -5 }"});
  booth.run_to(due + 9'600);
  ASSERT_TRUE(play->is_ok() && tempo->is_ok());
  EXPECT_TRUE(booth.control->snapshot().decks[0].is_stretching);
}

TEST(AgendaFaults, DoesNotPrimeOverMissingPages) {
  Booth booth;
  booth.add_tone(kA, 30);
  booth.send({kPlayA, "set_keylock { deck: 1 on: true }", "set_tempo { deck: 1 percent: 5 }"});
  booth.run(40);
  ASSERT_TRUE(booth.control->snapshot().decks[0].is_stretching);
  booth.loader.track(kA).hide(170, 172);  // 696,320 to 704,512: within the half second before 15 s
  const auto seek = booth.send({"seek { deck: 1 seconds: 15 }"});
  booth.run(20);
  EXPECT_FALSE(seek->has_come());
  booth.loader.track(kA).show(170, 172);
  booth.run(2);
  EXPECT_TRUE(seek->is_ok());
  EXPECT_TRUE(booth.control->snapshot().decks[0].is_stretching);
}

TEST(AgendaFaults, StartsWithoutAStretcherWhenPagesDoNotCome) {
  Booth::Options options;
  options.mode = control::Installer::Mode::kLive;
  Booth booth(options);
  booth.add_tone(kA, 30);
  booth.send({kLoadA, "set_keylock { deck: 1 on: true }", "set_tempo { deck: 1 percent: 5 }"});
  booth.run(2);
  booth.loader.track(kA).hide(1, 4);
  const auto play = booth.send({"play { deck: 1 }"});
  booth.run_to(240'000 + 1'024);
  ASSERT_TRUE(play->is_ok()) << play->message();
  EXPECT_EQ(booth.deck(1).state(), v1::Deck::PLAYING);
  EXPECT_FALSE(booth.control->snapshot().decks[0].is_stretching);
}

TEST(AgendaFaults, WantsThePlaceThatSoundsThoughAJumpIsSent) {
  Booth booth;
  booth.add_tone(kA, 300);
  booth.send({kPlayA});
  booth.run_to(4 * 48'000);
  booth.send_at(booth.frame() + 19'200, {"seek { deck: 1 seconds: 200 }"});
  booth.run(1);
  const std::size_t told = booth.loader.wants().size();
  booth.run(20);
  ASSERT_GT(booth.loader.wants().size(), told);
  const Frames here = booth.frame();
  for (std::size_t i = told; i < booth.loader.wants().size(); ++i) {
    const auto& ranges = booth.loader.wants()[i].ranges;
    EXPECT_TRUE(std::any_of(ranges.begin(), ranges.end(),
                            [here](auto range) { return range.from <= here - 9'600 && range.to >= here + 48'000; }));
  }
}

TEST(AgendaFaults, MovesFadersWhileARecordingsFileOpens) {
  // A file below a file cannot open; until the worker has said so, others go on.
  Booth booth;
  const auto recording = booth.send({"start_recording { path: '/dev/null/x.wav' }"});
  const auto crossfader = booth.send({"set_crossfader { position: 1 }"});
  EXPECT_EQ(booth.control->agenda().has_sent(), true) << "the crossfader does not wait for the disk";
  booth.run(1);
  EXPECT_TRUE(crossfader->is_ok());
}

}  // namespace
}  // namespace segue::test
