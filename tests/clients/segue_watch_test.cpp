// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/clients/fake_daemon.h"

namespace segue::test {
namespace {

using nlohmann::json;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

v1::WatchResponse snapshot(const v1::State& state) {
  v1::WatchResponse response;
  response.set_revision(1);
  response.set_epoch("e1");
  *response.mutable_snapshot() = state;
  return response;
}

v1::WatchResponse change_of_deck(std::uint32_t index, v1::Deck::State state) {
  v1::WatchResponse response;
  response.set_revision(2);
  auto* deck = response.mutable_change()->add_decks();
  deck->set_deck(index);
  deck->set_state(state);
  deck->set_uri("file:///m/a.flac");
  deck->set_title("Song");
  deck->set_loaded(1.0);
  return response;
}

v1::WatchResponse event(v1::Event::Kind kind, const std::string& text) {
  v1::WatchResponse response;
  response.mutable_event()->set_kind(kind);
  response.mutable_event()->set_frame(480'000);
  response.mutable_event()->set_deck(2);
  response.mutable_event()->set_text(text);
  return response;
}

TEST(SegueWatch, PrintsALineForEachChange) {
  FakeDaemon daemon;
  daemon.news = {snapshot(daemon.state), change_of_deck(2, v1::Deck::PLAYING), event(v1::Event::TRACK_ENDED, "over")};
  daemon.ends_streams = true;
  const Outcome outcome = daemon.segue({"watch"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("DECK  STATE")) << outcome.out;
  EXPECT_TRUE(has(outcome.out, "\ndeck 2 playing 0:00.0/– 0.00% Song\n")) << outcome.out;
  EXPECT_TRUE(has(outcome.out, "\nframe 480000 TRACK_ENDED deck 2: over\n")) << outcome.out;
}

TEST(SegueWatch, RedrawsOnATerminal) {
  FakeDaemon daemon;
  daemon.news = {snapshot(daemon.state), change_of_deck(2, v1::Deck::PLAYING)};
  daemon.ends_streams = true;
  Start start = daemon.start_of({"watch", "state"});
  start.has_terminal = true;
  const Outcome outcome = run_segue(start);
  const std::string home = "\033[H";
  const std::size_t second = outcome.out.rfind(home);
  EXPECT_NE(second, outcome.out.find(home)) << "drawn once";
  EXPECT_TRUE(has(outcome.out.substr(second), "playing")) << outcome.out;
  EXPECT_FALSE(has(outcome.out.substr(0, second), "playing")) << outcome.out;
}

TEST(SegueWatch, IsOneMessageALineAsJson) {
  FakeDaemon daemon;
  daemon.news = {snapshot(daemon.state), change_of_deck(2, v1::Deck::PLAYING)};
  daemon.ends_streams = true;
  for (const char* format : {"json", "jsonl"}) {
    const Outcome outcome = daemon.segue({"watch", "state", "-o", format});
    ASSERT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 2) << outcome.out;
    const std::size_t end = outcome.out.find('\n');
    EXPECT_EQ(json::parse(outcome.out.substr(0, end)).at("snapshot").at("decks").size(), 4U);
    EXPECT_EQ(json::parse(outcome.out.substr(end)).at("change").at("decks").at(0).at("state"), "PLAYING");
  }
}

TEST(SegueWatch, EventsLeaveOutTheRest) {
  FakeDaemon daemon;
  v1::WatchResponse gap;
  gap.mutable_resync()->set_cause("the reader was slow");
  daemon.news = {snapshot(daemon.state), event(v1::Event::UNDERRUN, "deck 2 ran\033 dry"), gap};
  daemon.ends_streams = true;
  const Outcome text = daemon.segue({"watch", "events"});
  EXPECT_EQ(text.out, "frame 480000 UNDERRUN: deck 2 ran  dry\n");
  EXPECT_EQ(text.err, "segue: some events were lost: the reader was slow\n");
  const json parsed = json::parse(daemon.segue({"watch", "events", "-o", "jsonl"}).out);
  EXPECT_EQ(parsed.at("kind"), "UNDERRUN");
  EXPECT_EQ(parsed.at("commandId"), "0");
}

TEST(SegueWatch, TellsAnErrorOnce) {
  FakeDaemon daemon;
  auto told = event(v1::Event::LOAD_FAILED, "deck 2: /x: no such file");
  told.mutable_event()->mutable_error()->set_reason("FILE_MISSING");
  told.mutable_event()->mutable_error()->set_message("/x: no such file");
  auto untold = told;
  untold.mutable_event()->set_text("deck 2");
  daemon.news = {told, untold};
  daemon.ends_streams = true;
  EXPECT_EQ(daemon.segue({"watch", "events"}).out,
            "frame 480000 LOAD_FAILED: deck 2: /x: no such file (FILE_MISSING)\n"
            "frame 480000 LOAD_FAILED: deck 2 (FILE_MISSING: /x: no such file)\n");
}

TEST(SegueWatch, MetersAreALine) {
  FakeDaemon daemon;
  v1::WatchMetersResponse meters;
  meters.mutable_master()->set_peak_left_db(-6.02F);
  meters.mutable_master()->set_peak_right_db(-200.0F);
  meters.set_master_true_peak_db(-5.8F);
  meters.add_channels()->set_peak_left_db(-12.0F);
  daemon.meters = {meters, meters};
  daemon.ends_streams = true;
  const Outcome outcome = daemon.segue({"watch", "meters", "--rate", "25"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string line = "master  -6.0 -99.9 dBFS  true peak  -5.8 dBTP  limiter   0.0 dB  1 -12.0   0.0\n";
  EXPECT_EQ(outcome.out, line + line);
  ASSERT_EQ(daemon.meters_asked.size(), 1U);
  EXPECT_EQ(daemon.meters_asked[0].rate_hz(), 25U);
}

TEST(SegueWatch, EndsQuietlyWhenItsReaderGoes) {
  FakeDaemon daemon;
  daemon.news.assign(1'000, snapshot(daemon.state));
  RunningSegue segue(daemon.start_of({"watch", "-o", "jsonl"}));
  EXPECT_FALSE(segue.read_line().empty());
  segue.close_output();
  const Outcome outcome = segue.finish();
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
}

TEST(SegueWatch, EndsWith130OnInterrupt) {
  FakeDaemon daemon;
  daemon.news = {snapshot(daemon.state)};
  RunningSegue segue(daemon.start_of({"watch", "-o", "jsonl"}));
  EXPECT_FALSE(segue.read_line().empty());
  segue.interrupt();
  const Outcome outcome = segue.finish();
  EXPECT_EQ(outcome.exit_code, 130);
  EXPECT_EQ(outcome.err, "");
}

TEST(SegueWatch, SaysThatTheDaemonWentAway) {
  FakeDaemon daemon;
  daemon.news = {snapshot(daemon.state)};
  RunningSegue segue(daemon.start_of({"watch", "-o", "jsonl"}));
  EXPECT_FALSE(segue.read_line().empty());
  daemon.stop();
  const Outcome outcome = segue.finish();
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

TEST(SegueWatch, TellsTheDaemonsRefusal) {
  FakeDaemon daemon;
  daemon.ends_streams = true;
  daemon.stream_status = failure_status(grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_MANY_WATCHERS", "64 watch already");
  const Outcome outcome = daemon.segue({"watch"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err, "segue: 64 watch already\n");
}

}  // namespace
}  // namespace segue::test
