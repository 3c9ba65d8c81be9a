// SPDX-License-Identifier: GPL-3.0-or-later
// What the program prints and how it ends.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/clients/fake_daemon.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::test {
namespace {

using nlohmann::json;
using testing::TempDir;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Outcome run_alone(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {}) {
  Start start;
  start.arguments = std::move(arguments);
  start.environment = std::move(environment);
  return run_segue(start);
}

TEST(SegueUsage, IsRefusedInOneLineWithoutADaemon) {
  struct Case {
    std::vector<std::string> arguments;
    const char* part;
  };
  const std::vector<Case> cases = {
      {{"frobnicate"}, "no command 'frobnicate'"},
      {{"paly", "1"}, "did you mean 'play'"},
      {{""}, "no command ''"},
      {{"play"}, "play needs more: segue play DECK"},
      {{"play", "1", "2"}, "'2' is one word too many"},
      {{"play", "0"}, "DECK must be a whole number from 1, not '0'"},
      {{"play", "abc"}, "not 'abc'"},
      {{"play", ""}, "not ''"},
      {{"play", "1", "--loud"}, "no option '--loud'"},
      {{"--loud"}, "no option '--loud'"},
      {{"cue", "1", "--pressed", "--released"}, "not both"},
      {{"gain", "1", "nan"}, "not 'nan'"},
      {{"gain", "1", "inf"}, "not 'inf'"},
      {{"gain", "1", "-inf"}, "-inf"},
      {{"gain", "1", ""}, "not ''"},
      {{"fader", "1", "loud"}, "LEVEL must be a number"},
      {{"eq", "1", "bass", "0"}, "low, mid or high"},
      {{"assign", "1", "c"}, "a, b or thru"},
      {{"keylock", "1", "maybe"}, "on or off"},
      {{"tempo", "1", "3.5"}, "tempo must be like"},
      {{"seek", "1", "soon"}, "place must be like"},
      {{"seek", "1", "+4beats"}, "beat=17"},
      {{"grid", "1", "x", "0"}, "BPM must be a number"},
      {{"grid", "1", "120", "nan"}, "FIRST_BEAT_S must be a number"},
      {{"grid", "1", "120"}, "say FIRST_BEAT_S too"},
      {{"grid", "1", "shift"}, "by how much?"},
      {{"grid", "1", "shift", "soon"}, "MS must be a number"},
      {{"grid", "1", "halve", "2"}, "takes no value"},
      {{"grid", "1", "scale", "1/0"}, "FACTOR must be a number or a fraction"},
      {{"grid", "1", "again", "fast"}, "BPM must be a number"},
      {{"grid", "1", "again", "0"}, "BPM must be 20 to 400"},
      {{"grid", "1", "again", "90-500"}, "BPM must be 20 to 400"},
      {{"grid", "1", "again", "140-120"}, "the first tempo must be the lower one"},
      {{"load", "1", ""}, "URI must be"},
      {{"record", "start"}, "record start FILE"},
      {{"record", "stop", "x"}, "record stop"},
      {{"record", "pause"}, "record start FILE"},
      {{"cancel", "last"}, "ID must be"},
      {{"do", "{"}, "command 1 is not a Command"},
      {{"watch", "everything"}, "state, events and meters"},
      {{"watch", "meters", "--rate", "0"}, "--rate"},
      {{"watch", "meters", "--rate=fast"}, "--rate"},
      {{"help", "frobnicate"}, "no command 'frobnicate'"},
      {{"completion", "fish"}, "bash and zsh"},
      {{"-o", "xml"}, "-o must be"},
      {{"--at"}, "--at"},
      {{"--at", "deck1:bar", "play", "1"}, "not known to this version"},
      {{"--at", "soon", "play", "1"}, "--at must be"},
      {{"--timeout", "0", "status"}, "--timeout must be"},
      {{"--timeout", "nan", "status"}, "--timeout must be"},
      {{"--server", "unix:", "status"}, "needs the path"},
      {{"--request-id", "\xFF", "status"}, "UTF-8"},
      {{"stretcher", "1", "\xFF"}, "UTF-8"},
  };
  for (const auto& each : cases) {
    const Outcome outcome = run_alone(each.arguments);
    const std::string line = ::testing::PrintToString(each.arguments);
    EXPECT_EQ(outcome.exit_code, 2) << line << ": " << outcome.err;
    EXPECT_EQ(outcome.out, "") << line;
    EXPECT_TRUE(outcome.err.starts_with("segue: ")) << line << ": " << outcome.err;
    EXPECT_TRUE(has(outcome.err, each.part)) << line << ": " << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << line << ": " << outcome.err;
  }
}

TEST(SegueUsage, IsToldAsJsonWhereAskedFor) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"-o", "json", "play", "0"}, {"play", "0", "-ojsonl"}, {"--output=json", "play"}, {"-o", "json", "--at"}}) {
    const Outcome outcome = run_alone(arguments);
    EXPECT_EQ(outcome.exit_code, 2);
    const json error = json::parse(outcome.err).at("error");
    EXPECT_EQ(error.at("code"), "INVALID_ARGUMENT");
    EXPECT_FALSE(error.at("reason").get<std::string>().empty());
    EXPECT_FALSE(error.at("message").get<std::string>().empty());
    EXPECT_EQ(error.size(), 3U);
  }
}

TEST(SegueHelp, NeedsNoDaemon) {
  const Outcome all = run_alone({"--help"});
  EXPECT_EQ(all.exit_code, 0);
  EXPECT_TRUE(has(all.out, "crossfader POSITION")) << all.out;
  EXPECT_EQ(run_alone({"help"}).out, all.out);
  const Outcome one = run_alone({"load", "--help"});
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_TRUE(one.out.starts_with("Usage: segue load DECK URI [--play] [--force]\n")) << one.out;
  EXPECT_EQ(run_alone({"help", "load"}).out, one.out);
  const Outcome version = run_alone({"--version"});
  EXPECT_EQ(version.out, "segue " SEGUE_VERSION "\n");
}

TEST(SegueConnect, FailsWithinASecondAndSaysWhatToDo) {
  const TempDir directory;
  const std::string nowhere = "unix:" + directory.path("nobody.sock");
  const auto began = std::chrono::steady_clock::now();
  const Outcome outcome = run_alone({"--server", nowhere, "status"});
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_EQ(outcome.err,
            "segue: no segued at " + nowhere + ": start it with 'segued', or name another with --server\n");
  EXPECT_LT(took, std::chrono::seconds(3)) << "one second, and a slow machine's start";
  const Outcome closed_port = run_alone({"--server", "127.0.0.1:1", "-o", "json"});
  EXPECT_EQ(closed_port.exit_code, 5);
  const json error = json::parse(closed_port.err).at("error");
  EXPECT_EQ(error.at("code"), "UNAVAILABLE");
  EXPECT_EQ(error.at("reason"), "CANNOT_CONNECT");
}

TEST(SegueConnect, FindsTheUsersSocket) {
  FakeDaemon daemon;
  const TempDir directory;
  const std::filesystem::path runtime = directory.path("runtime");
  std::filesystem::create_directories(runtime / "segue");
  std::filesystem::create_symlink(daemon.address().substr(5), runtime / "segue" / "segued.sock");
  EXPECT_EQ(run_alone({"play", "1"}, {{"XDG_RUNTIME_DIR", runtime}}).exit_code, 0);
  EXPECT_EQ(daemon.executed.size(), 1U);
}

TEST(SegueFailure, MapsEveryCodeToItsExitCode) {
  struct Case {
    grpc::StatusCode code;
    const char* name;
    int exit_code;
  };
  const std::vector<Case> cases = {{grpc::StatusCode::CANCELLED, "CANCELLED", 1},
                                   {grpc::StatusCode::UNKNOWN, "UNKNOWN", 1},
                                   {grpc::StatusCode::INVALID_ARGUMENT, "INVALID_ARGUMENT", 2},
                                   {grpc::StatusCode::DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", 7},
                                   {grpc::StatusCode::NOT_FOUND, "NOT_FOUND", 3},
                                   {grpc::StatusCode::ALREADY_EXISTS, "ALREADY_EXISTS", 1},
                                   {grpc::StatusCode::PERMISSION_DENIED, "PERMISSION_DENIED", 4},
                                   {grpc::StatusCode::UNAUTHENTICATED, "UNAUTHENTICATED", 4},
                                   {grpc::StatusCode::RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED", 1},
                                   {grpc::StatusCode::FAILED_PRECONDITION, "FAILED_PRECONDITION", 6},
                                   {grpc::StatusCode::ABORTED, "ABORTED", 6},
                                   {grpc::StatusCode::INTERNAL, "INTERNAL", 1},
                                   {grpc::StatusCode::UNAVAILABLE, "UNAVAILABLE", 1}};
  FakeDaemon daemon;
  for (const auto& each : cases) {
    const auto status = failure_status(each.code, "SOME_REASON", "deck 2: it failed \"there\"");
    daemon.execute_failures = {status, status};
    const Outcome text = daemon.segue({"play", "2"});
    EXPECT_EQ(text.exit_code, each.exit_code) << each.name;
    EXPECT_EQ(text.err, "segue: deck 2: it failed \"there\"\n");
    const Outcome structured = daemon.segue({"-o", "json", "play", "2"});
    EXPECT_EQ(structured.exit_code, each.exit_code) << each.name;
    EXPECT_EQ(structured.out, "");
    EXPECT_EQ(json::parse(structured.err),
              json({{"error",
                     {{"code", each.name}, {"reason", "SOME_REASON"}, {"message", "deck 2: it failed \"there\""}}}}));
  }
}

TEST(SegueFailure, NamesTheFieldAsItWasTyped) {
  FakeDaemon daemon;
  const auto bad_field = failure_status(grpc::StatusCode::INVALID_ARGUMENT, "BAD_VALUE",
                                        "commands[0].set_gain.db: 500 is not within -96 to 24");
  const auto bad_state =
      failure_status(grpc::StatusCode::FAILED_PRECONDITION, "DECK_EMPTY", "commands[0]: deck 4 has no track");
  daemon.execute_failures = {bad_field, bad_state, bad_field, bad_field};
  EXPECT_EQ(daemon.segue({"gain", "1", "500"}).err, "segue: set_gain.db: 500 is not within -96 to 24\n");
  EXPECT_EQ(daemon.segue({"play", "4"}).err, "segue: deck 4 has no track\n");
  // Programs, and batches, need the place.
  EXPECT_EQ(json::parse(daemon.segue({"-o", "json", "gain", "1", "500"}).err).at("error").at("message"),
            "commands[0].set_gain.db: 500 is not within -96 to 24");
  EXPECT_EQ(daemon.segue({"do", R"({"setGain":{"channel":1,"db":500}})"}).err,
            "segue: commands[0].set_gain.db: 500 is not within -96 to 24\n");
}

TEST(SegueFailure, GivesUpAfterTheTimeout) {
  FakeDaemon daemon;
  daemon.is_execute_silent = true;
  const Outcome outcome = daemon.segue({"play", "1", "--timeout", "0.2s"});
  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_TRUE(has(outcome.err, "did not answer in time")) << outcome.err;
}

TEST(SegueExecute, PrintsTheResponseAsJson) {
  FakeDaemon daemon;
  auto* result = daemon.execute_response.add_results();
  result->set_command_id(17);
  result->set_frame(480'000);
  daemon.execute_response.set_revision(3);
  const json expected = {
      {"results", {{{"commandId", "17"}, {"frame", "480000"}, {"committed", false}, {"lateFrames", "0"}}}},
      {"revision", "3"},
      {"epoch", ""},
      {"repeatedRequest", false}};
  EXPECT_EQ(json::parse(daemon.segue({"-o", "json", "play", "1"}).out), expected);
  const std::string line = daemon.segue({"-o", "jsonl", "play", "1"}).out;
  EXPECT_EQ(json::parse(line), expected);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
}

TEST(SegueExecute, RemarksOnStandardError) {
  FakeDaemon daemon;
  auto* result = daemon.execute_response.add_results();
  result->set_command_id(17);
  result->set_committed(true);
  result->set_late_frames(120);
  daemon.execute_response.set_repeated_request(true);
  const Outcome outcome = daemon.segue({"play", "1"});
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "segue: command 17 came 120 frames late\nsegue: this request_id was known; nothing was done again\n");
  EXPECT_EQ(daemon.segue({"-q", "play", "1"}).err, "");
}

TEST(SegueStatus, IsTheStateAsProtobufJson) {
  FakeDaemon daemon;
  daemon.state.mutable_engine()->set_revision(7);
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"status", "-o", "json"}, {"-o", "json"}}) {
    const Outcome outcome = daemon.segue(arguments);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    v1::State state;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.out, &state).ok());
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(state, daemon.state));
    const json parsed = json::parse(outcome.out);
    ASSERT_EQ(parsed.at("decks").size(), 4U);
    for (const char* name : {"deck", "state", "uri", "title", "artist", "positionS", "durationS", "tempoPercent", "bpm",
                             "effectiveBpm", "key", "keylock", "synced", "underruns", "bufferedS"}) {
      EXPECT_TRUE(parsed.at("decks").at(0).contains(name)) << name;
    }
    EXPECT_EQ(parsed.at("decks").at(0).at("state"), "EMPTY");
    EXPECT_EQ(parsed.at("decks").at(0).at("underruns"), "0") << "64-bit integers are strings";
    EXPECT_EQ(parsed.at("channels").size(), 4U);
    EXPECT_TRUE(parsed.contains("master"));
    for (const char* name : {"frame", "sampleRate", "blockFrames", "revision", "epoch", "output"}) {
      EXPECT_TRUE(parsed.at("engine").contains(name)) << name;
    }
  }
}

TEST(SegueStatus, HasColourOnATerminalOnly) {
  FakeDaemon daemon;
  EXPECT_FALSE(has(daemon.segue({}).out, "\033"));
  Start start = daemon.start_of({"status"});
  start.has_terminal = true;
  const Outcome coloured = run_segue(start);
  EXPECT_EQ(coloured.exit_code, 0);
  EXPECT_TRUE(has(coloured.out, "\033[2mempty")) << coloured.out;
  start.environment["NO_COLOR"] = "1";
  EXPECT_FALSE(has(run_segue(start).out, "\033"));
  start.environment.erase("NO_COLOR");
  start.environment["TERM"] = "dumb";
  EXPECT_FALSE(has(run_segue(start).out, "\033"));
}

TEST(SegueStatus, SaysWhenItCannotWrite) {
  FakeDaemon daemon;
  Start start = daemon.start_of({"status"});
  start.out_file = "/dev/full";
  const Outcome outcome = run_segue(start);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(has(outcome.err, "cannot write to standard output")) << outcome.err;
}

TEST(SegueVersion, TellsBoth) {
  FakeDaemon daemon;
  daemon.version.set_version("9.8.7");
  daemon.version.add_api_versions("segue.v1");
  daemon.version.set_pid(42);
  daemon.version.set_epoch("e1");
  EXPECT_EQ(daemon.segue({"version"}).out, "segue " SEGUE_VERSION "\nsegued 9.8.7 segue.v1 pid 42 epoch e1\n");
  EXPECT_EQ(json::parse(daemon.segue({"version", "-o", "json"}).out).at("version"), "9.8.7");
}

TEST(SegueHealth, EndsWithOneWhenNothingFlows) {
  FakeDaemon daemon;
  daemon.health.set_status(v1::GetHealthResponse::SERVING);
  daemon.health.set_uptime_s(75.0);
  EXPECT_EQ(daemon.segue({"health"}).out, "serving, up 1:15.0\n");
  daemon.health.set_status(v1::GetHealthResponse::DEGRADED);
  daemon.health.add_findings("no sound card");
  const Outcome degraded = daemon.segue({"health"});
  EXPECT_EQ(degraded.exit_code, 0);
  EXPECT_EQ(degraded.out, "degraded, up 1:15.0\n  no sound card\n");
  daemon.health.set_status(v1::GetHealthResponse::NOT_SERVING);
  EXPECT_EQ(daemon.segue({"health"}).exit_code, 1);
  const Outcome structured = daemon.segue({"health", "-o", "json"});
  EXPECT_EQ(structured.exit_code, 1);
  EXPECT_EQ(json::parse(structured.out).at("status"), "NOT_SERVING");
}

}  // namespace
}  // namespace segue::test
