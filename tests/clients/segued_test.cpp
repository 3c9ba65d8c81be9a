// SPDX-License-Identifier: GPL-3.0-or-later
// The client with the daemon it is for, which plays to nowhere at the clock's pace.
#include <memory>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/clients/program.h"
#include "tests/support/audio/signals.h"
#include "tests/support/audio/wav.h"
#include "tests/support/daemon/notify_socket.h"
#include "tests/support/daemon/process.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::test {
namespace {

using nlohmann::json;

constexpr int kRateHz = 48'000;
constexpr double kTrackSeconds = 30.0;

// A segued of the test's own, ready when the constructor returns.
class Segued {
 public:
  Segued()
      : notifications_(path("notify")),
        process_({SEGUED_BINARY, "--data-dir", path("data"), "--cache-dir", path("cache"), "--socket", path("s.sock"),
                  "--grpc", "off", "--output", "null"},
                 {"NOTIFY_SOCKET=" + notifications_.path(), "XDG_CONFIG_HOME=" + path("config")}) {
    std::string said = notifications_.next();
    while (!said.empty() && said.find("READY=1") == std::string::npos) said = notifications_.next();
    EXPECT_FALSE(said.empty()) << "segued did not become ready";
  }

  Start start_of(std::vector<std::string> arguments) const {
    Start start;
    start.arguments = std::move(arguments);
    start.environment = {{"SEGUE_SERVER", "unix:" + path("s.sock")}};
    return start;
  }
  Outcome segue(std::vector<std::string> arguments) const { return run_segue(start_of(std::move(arguments))); }
  // The daemon's exit code.
  std::optional<int> wait() { return process_.wait(); }
  std::string path(const std::string& name) const { return directory_.path(name); }
  // A tone to play.
  std::string track() const {
    const auto tone = sine(static_cast<Frames>(kTrackSeconds * kRateHz), 440.0, kRateHz);
    EXPECT_TRUE(write_wav(path("a tone.wav"), {tone, tone}, {.rate_hz = kRateHz}));
    return path("a tone.wav");
  }

 private:
  testing::TempDir directory_;
  testing::NotifySocket notifications_;
  testing::Process process_;
};

json state_of(const Segued& daemon) {
  const Outcome outcome = daemon.segue({"status", "-o", "json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return json::parse(outcome.out);
}

void expect_done(const Segued& daemon, std::vector<std::string> arguments) {
  const std::string line = ::testing::PrintToString(arguments);
  const Outcome outcome = daemon.segue(std::move(arguments));
  EXPECT_EQ(outcome.exit_code, 0) << line << ": " << outcome.err;
}

TEST(SegueWithSegued, SeesWhatItDid) {
  Segued daemon;
  expect_done(daemon, {"load", "2", daemon.track(), "--play"});
  EXPECT_EQ(state_of(daemon).at("decks").at(1).at("state"), "PLAYING");
  expect_done(daemon, {"grid", "2", "120", "0"});
  expect_done(daemon, {"tempo", "2", "+2%"});
  expect_done(daemon, {"tempo", "2", "+=0.5%"});
  expect_done(daemon, {"keylock", "2", "on"});
  expect_done(daemon, {"pitch", "2", "-2"});
  expect_done(daemon, {"gain", "2", "-6"});
  expect_done(daemon, {"gain", "2", "+=1.5"});
  expect_done(daemon, {"fader", "2", "-=0.25"});
  expect_done(daemon, {"eq", "2", "low", "kill"});
  expect_done(daemon, {"assign", "2", "b"});
  expect_done(daemon, {"crossfader", "0.25"});
  expect_done(daemon, {"master", "-=1"});
  expect_done(daemon, {"pause", "2"});
  expect_done(daemon, {"seek", "2", "50%"});
  const json state = state_of(daemon);
  const json& deck = state.at("decks").at(1);
  EXPECT_EQ(deck.at("state"), "PAUSED");
  EXPECT_DOUBLE_EQ(deck.at("tempoPercent").get<double>(), 2.5);
  EXPECT_DOUBLE_EQ(deck.at("effectiveBpm").get<double>(), 123.0);
  EXPECT_EQ(deck.at("keylock"), true);
  EXPECT_EQ(deck.at("pitchSemitones"), -2.0);
  EXPECT_NEAR(deck.at("positionS").get<double>(), kTrackSeconds / 2.0, 1.0 / kRateHz);
  const json& channel = state.at("channels").at(1);
  EXPECT_EQ(channel.at("gainDb"), -4.5);
  EXPECT_EQ(channel.at("fader"), 0.75);
  EXPECT_EQ(channel.at("eqLowDb"), -96.0);
  EXPECT_EQ(channel.at("side"), "B");
  EXPECT_EQ(state.at("master").at("crossfader"), 0.25);
  EXPECT_EQ(state.at("master").at("gainDb"), -1.0);
}

TEST(SegueWithSegued, ReportsRefusalsByExitCode) {
  Segued daemon;
  EXPECT_EQ(daemon.segue({"load", "1", "/no/such/file.mp3"}).exit_code, 3);
  EXPECT_EQ(daemon.segue({"play", "1"}).exit_code, 6);
  EXPECT_EQ(daemon.segue({"gain", "1", "500"}).exit_code, 2);
  EXPECT_EQ(daemon.segue({"cancel", "12345"}).exit_code, 3);
  EXPECT_EQ(daemon.segue({"record", "stop"}).exit_code, 6);
  const json error = json::parse(daemon.segue({"-o", "json", "load", "1", "/no/such/file.mp3"}).err).at("error");
  EXPECT_EQ(error.at("code"), "NOT_FOUND");
  EXPECT_EQ(error.at("reason"), "FILE_MISSING");
  EXPECT_NE(error.at("message").get<std::string>().find("/no/such/file.mp3"), std::string::npos) << error;
}

TEST(SegueWithSegued, StepsInARowAddUp) {
  Segued daemon;
  for (int i = 0; i < 12; ++i) expect_done(daemon, {"gain", "1", "-=0.1"});
  EXPECT_EQ(state_of(daemon).at("channels").at(0).at("gainDb"), -1.2);
}

TEST(SegueWithSegued, CancelsWhatItScheduled) {
  Segued daemon;
  const Outcome scheduled = daemon.segue({"--at", "+60s", "-o", "json", "fader", "1", "0"});
  ASSERT_EQ(scheduled.exit_code, 0) << scheduled.err;
  const std::string id = json::parse(scheduled.out).at("results").at(0).at("commandId");
  expect_done(daemon, {"cancel", id});
  EXPECT_EQ(daemon.segue({"cancel", id}).exit_code, 3);
}

TEST(SegueWithSegued, RecordsAFileThatIsWholeWhenStopReturns) {
  Segued daemon;
  const std::string mix = daemon.path("mix.wav");
  expect_done(daemon, {"record", "start", mix});
  expect_done(daemon, {"load", "1", daemon.track(), "--play"});
  expect_done(daemon, {"record", "stop"});
  const auto file = read_wav(mix);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_GT(file->frames(), 0);
  EXPECT_EQ(daemon.segue({"record", "start", mix}).exit_code, 1) << "it never writes over a file";
}

TEST(SegueWithSegued, WatchesAndMeters) {
  Segued daemon;
  RunningSegue watching(daemon.start_of({"watch", "-o", "jsonl"}));
  EXPECT_TRUE(json::parse(watching.read_line()).contains("snapshot"));
  expect_done(daemon, {"load", "1", daemon.track(), "--play"});
  for (json news = json::parse(watching.read_line());; news = json::parse(watching.read_line())) {
    if (news.contains("event") && news.at("event").at("kind") == "TRACK_LOADED") break;
  }
  RunningSegue metering(daemon.start_of({"watch", "meters", "-o", "jsonl", "--rate", "30"}));
  json meters;
  do {
    meters = json::parse(metering.read_line());
  } while (meters.at("master").at("peakLeftDb").get<double>() < -20.0);
  EXPECT_NEAR(meters.at("master").at("peakLeftDb").get<double>(), 20.0 * std::log10(0.5), 0.2);
}

TEST(SegueWithSegued, ShutsItDown) {
  Segued daemon;
  EXPECT_EQ(daemon.segue({"health"}).exit_code, 0);
  expect_done(daemon, {"shutdown"});
  EXPECT_EQ(daemon.wait(), 0);
  EXPECT_EQ(daemon.segue({"status"}).exit_code, 5);
}

TEST(SegueWithSegued, TwoHandsOnOneKnobLoseNoStep) {
  Segued daemon;
  constexpr int kHands = 4;
  constexpr int kStepsEach = 5;
  for (int round = 0; round < kStepsEach; ++round) {
    std::vector<std::unique_ptr<RunningSegue>> hands;
    for (int hand = 0; hand < kHands; ++hand) {
      hands.push_back(std::make_unique<RunningSegue>(daemon.start_of({"gain", "1", "-=1"})));
    }
    for (auto& hand : hands) {
      const Outcome outcome = hand->finish();
      EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    }
  }
  EXPECT_EQ(state_of(daemon).at("channels").at(0).at("gainDb"), -1.0 * kHands * kStepsEach);
}

}  // namespace
}  // namespace segue::test
