// SPDX-License-Identifier: GPL-3.0-or-later
// What the program asks of the daemon, command by command.
#include <algorithm>
#include <filesystem>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "tests/clients/fake_daemon.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::test {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::TempDir;

v1::Command command_from(const std::string& json) {
  v1::Command command;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &command);
  EXPECT_TRUE(status.ok()) << json << ": " << status.ToString();
  return command;
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream stream(line);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

struct Sends {
  const char* line;
  const char* json;
};

void PrintTo(const Sends& sends, std::ostream* out) { *out << sends.line; }

class SegueSends : public ::testing::TestWithParam<Sends> {};

TEST_P(SegueSends, OneCommandNowAndWaitsForIt) {
  FakeDaemon daemon;
  const Outcome outcome = daemon.segue(words_of(GetParam().line));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "");
  ASSERT_EQ(daemon.executed.size(), 1U);
  const auto& request = daemon.executed[0];
  ASSERT_EQ(request.commands_size(), 1);
  EXPECT_TRUE(MessageDifferencer::Equals(request.commands(0), command_from(GetParam().json)))
      << request.commands(0).ShortDebugString();
  EXPECT_TRUE(request.when().has_now());
  EXPECT_EQ(request.wait(), v1::ExecuteRequest::COMMITTED);
  EXPECT_FALSE(request.has_expected_revision());
  EXPECT_EQ(daemon.states_asked, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Grammar, SegueSends,
    ::testing::Values(
        Sends{"load 1 /m/a%b.flac", R"({"load":{"deck":1,"uri":"file:///m/a%25b.flac"}})"},
        Sends{"load 2 https://h/a.mp3 --play --force",
              R"({"load":{"deck":2,"uri":"https://h/a.mp3","play":true,"force":true}})"},
        Sends{"load --play 2 -- /m/--x", R"({"load":{"deck":2,"uri":"file:///m/--x","play":true}})"},
        Sends{"eject 3", R"({"eject":{"deck":3}})"}, Sends{"play 1", R"({"play":{"deck":1}})"},
        Sends{"play 99", R"({"play":{"deck":99}})"}, Sends{"pause 1", R"({"pause":{"deck":1}})"},
        Sends{"cue 1", R"({"cue":{"deck":1}})"}, Sends{"cue 1 --pressed", R"({"cue":{"deck":1,"pressed":true}})"},
        Sends{"cue --released 1", R"({"cue":{"deck":1,"pressed":false}})"}, Sends{"stop 1", R"({"stop":{"deck":1}})"},
        Sends{"seek 1 83.5s", R"({"seek":{"deck":1,"seconds":83.5}})"},
        Sends{"seek 1 1:23.5", R"({"seek":{"deck":1,"seconds":83.5}})"},
        Sends{"seek 1 1:02:03", R"({"seek":{"deck":1,"seconds":3723}})"},
        Sends{"seek 1 50%", R"({"seek":{"deck":1,"fraction":0.5}})"},
        Sends{"seek 1 150%", R"({"seek":{"deck":1,"fraction":1.5}})"},
        Sends{"seek 1 beat=17", R"({"seek":{"deck":1,"beats":17}})"},
        Sends{"tempo 2 +3.5%", R"({"setTempo":{"deck":2,"percent":3.5}})"},
        Sends{"tempo 2 -3.5%", R"({"setTempo":{"deck":2,"percent":-3.5}})"},
        Sends{"tempo 2 128bpm", R"({"setTempo":{"deck":2,"bpm":128}})"},
        Sends{"tempo 2 reset", R"({"setTempo":{"deck":2,"percent":0}})"},
        Sends{"pitch 1 -2", R"({"setPitch":{"deck":1,"semitones":-2}})"},
        Sends{"keylock 1 on", R"({"setKeylock":{"deck":1,"on":true}})"},
        Sends{"keylock 1 off", R"({"setKeylock":{"deck":1}})"},
        Sends{"stretcher 1 soundtouch", R"({"setStretcher":{"deck":1,"name":"soundtouch"}})"},
        Sends{"grid 1 127.5 -0.25", R"({"setGrid":{"deck":1,"bpm":127.5,"firstBeatS":-0.25}})"},
        Sends{"grid 1 shift 12ms", R"({"editGrid":{"deck":1,"shiftMs":12}})"},
        Sends{"grid 1 shift -7.5", R"({"editGrid":{"deck":1,"shiftMs":-7.5}})"},
        Sends{"grid 1 shift +0.5beats", R"({"editGrid":{"deck":1,"shiftBeats":0.5}})"},
        Sends{"grid 1 shift -1beat", R"({"editGrid":{"deck":1,"shiftBeats":-1}})"},
        Sends{"grid 1 downbeat", R"({"editGrid":{"deck":1,"downbeatHere":true}})"},
        Sends{"grid 1 downbeat 12.34", R"({"editGrid":{"deck":1,"downbeatS":12.34}})"},
        Sends{"grid 2 tap 61.5", R"({"editGrid":{"deck":2,"tap":{"atS":61.5}}})"},
        Sends{"grid 1 halve", R"({"editGrid":{"deck":1,"scale":0.5}})"},
        Sends{"grid 1 double", R"({"editGrid":{"deck":1,"scale":2}})"},
        Sends{"grid 1 scale 3/2", R"({"editGrid":{"deck":1,"scale":1.5}})"},
        Sends{"grid 1 scale .75", R"({"editGrid":{"deck":1,"scale":0.75}})"},
        Sends{"grid 1 bpm 127.5", R"({"editGrid":{"deck":1,"bpm":127.5}})"},
        Sends{"grid 1 reset", R"({"editGrid":{"deck":1,"reset":true}})"},
        Sends{"grid 1 again", R"({"reanalyze":{"deck":1}})"},
        Sends{"grid 1 again 174", R"({"reanalyze":{"deck":1,"bpm":174}})"},
        Sends{"grid 1 again 80-100", R"({"reanalyze":{"deck":1,"bpmMin":80,"bpmMax":100}})"},
        Sends{"gain 1 -6", R"({"setGain":{"channel":1,"db":-6}})"},
        Sends{"gain 1 -.5dB", R"({"setGain":{"channel":1,"db":-0.5}})"},
        Sends{"gain 1 500", R"({"setGain":{"channel":1,"db":500}})"},
        Sends{"fader 2 0.5", R"({"setFader":{"channel":2,"level":0.5}})"},
        Sends{"fader 2 0", R"({"setFader":{"channel":2}})"},
        Sends{"eq 1 low kill", R"({"setEq":{"channel":1,"band":"LOW","db":-96}})"},
        Sends{"eq 1 mid -3", R"({"setEq":{"channel":1,"band":"MID","db":-3}})"},
        Sends{"eq 1 high +2", R"({"setEq":{"channel":1,"band":"HIGH","db":2}})"},
        Sends{"crossfader -1", R"({"setCrossfader":{"position":-1}})"},
        Sends{"assign 1 a", R"({"assign":{"channel":1,"side":"A"}})"},
        Sends{"assign 2 b", R"({"assign":{"channel":2,"side":"B"}})"},
        Sends{"assign 3 thru", R"({"assign":{"channel":3,"side":"THRU"}})"},
        Sends{"master -3", R"({"setMaster":{"db":-3}})"}, Sends{"cancel 17", R"({"cancel":{"commandId":"17"}})"},
        Sends{"record start /tmp/mix.wav", R"({"startRecording":{"path":"/tmp/mix.wav"}})"},
        Sends{"record stop", R"({"stopRecording":{}})"}, Sends{R"(do {"play":{"deck":1}})", R"({"play":{"deck":1}})"}));

// Controls in the positions that the steps below start from.
v1::State set_state() {
  v1::State state = idle_state();
  state.mutable_engine()->set_revision(41);
  state.mutable_engine()->set_frame(480'000);
  auto& deck = *state.mutable_decks(0);
  deck.set_state(v1::Deck::PLAYING);
  deck.set_duration_s(100.0);
  deck.set_tempo_percent(2.0);
  deck.set_bpm(120.0);
  deck.set_effective_bpm(122.4);
  deck.set_pitch_semitones(1.0);
  deck.mutable_anchor()->set_frame(432'000);
  deck.mutable_anchor()->set_position_s(30.0);
  deck.mutable_anchor()->set_rate(1.5);
  auto& channel = *state.mutable_channels(0);
  channel.set_gain_db(-6.0);
  channel.set_fader(0.7);
  channel.set_eq_low_db(-3.0);
  channel.set_eq_mid_db(-2.0);
  channel.set_eq_high_db(-1.0);
  state.mutable_master()->set_crossfader(0.25);
  state.mutable_master()->set_gain_db(-1.0);
  return state;
}

class SegueSteps : public ::testing::TestWithParam<Sends> {};

TEST_P(SegueSteps, FromWhereTheControlStands) {
  FakeDaemon daemon;
  daemon.state = set_state();
  const Outcome outcome = daemon.segue(words_of(GetParam().line));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  ASSERT_EQ(daemon.executed.size(), 1U);
  const auto& request = daemon.executed[0];
  ASSERT_EQ(request.commands_size(), 1);
  EXPECT_TRUE(MessageDifferencer::Equals(request.commands(0), command_from(GetParam().json)))
      << request.commands(0).ShortDebugString();
  EXPECT_EQ(request.expected_revision(), 41U);
  EXPECT_EQ(request.wait(), v1::ExecuteRequest::COMMITTED);
}

INSTANTIATE_TEST_SUITE_P(Grammar, SegueSteps,
                         ::testing::Values(Sends{"gain 1 +=1.5", R"({"setGain":{"channel":1,"db":-4.5}})"},
                                           Sends{"gain 1 -=3", R"({"setGain":{"channel":1,"db":-9}})"},
                                           Sends{"gain 1 -=300", R"({"setGain":{"channel":1,"db":-96}})"},
                                           Sends{"fader 1 -=0.1", R"({"setFader":{"channel":1,"level":0.6}})"},
                                           Sends{"fader 1 +=0.5", R"({"setFader":{"channel":1,"level":1}})"},
                                           Sends{"eq 1 low -=3", R"({"setEq":{"channel":1,"band":"LOW","db":-6}})"},
                                           Sends{"eq 1 mid +=1", R"({"setEq":{"channel":1,"band":"MID","db":-1}})"},
                                           Sends{"eq 1 high +=1", R"({"setEq":{"channel":1,"band":"HIGH","db":0}})"},
                                           Sends{"crossfader -=0.5", R"({"setCrossfader":{"position":-0.25}})"},
                                           Sends{"master +=1", R"({"setMaster":{"db":0}})"},
                                           Sends{"pitch 1 +=1", R"({"setPitch":{"deck":1,"semitones":2}})"},
                                           Sends{"tempo 1 +=0.5%", R"({"setTempo":{"deck":1,"percent":2.5}})"},
                                           Sends{"tempo 1 -=2.4bpm", R"({"setTempo":{"deck":1,"bpm":120}})"},
                                           Sends{"seek 1 +10s", R"({"seek":{"deck":1,"seconds":41.5}})"},
                                           Sends{"seek 1 -1:00", R"({"seek":{"deck":1,"seconds":0}})"},
                                           Sends{"seek 1 +5:00", R"({"seek":{"deck":1,"seconds":100}})"},
                                           Sends{"grid 1 tap", R"({"editGrid":{"deck":1,"tap":{}}})"},
                                           // A channel that is not there is the daemon's to refuse.
                                           Sends{"gain 9 +=1", R"({"setGain":{"channel":9,"db":1}})"}));

TEST(SegueStep, TriesAgainWhenSomebodyElseWasQuicker) {
  FakeDaemon daemon;
  daemon.state = set_state();
  const auto overtaken = failure_status(grpc::StatusCode::ABORTED, "REVISION_MISMATCH", "channel 1 changed");
  daemon.execute_failures = {overtaken, overtaken};
  const Outcome outcome = daemon.segue({"gain", "1", "+=1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(daemon.executed.size(), 3U);
  EXPECT_EQ(daemon.states_asked, 3);
}

TEST(SegueStep, GivesUpWhenItNeverWins) {
  FakeDaemon daemon;
  daemon.state = set_state();
  daemon.execute_failures.assign(1050,
                                 failure_status(grpc::StatusCode::ABORTED, "REVISION_MISMATCH", "channel 1 changed"));
  const Outcome outcome = daemon.segue({"gain", "1", "+=1"});
  EXPECT_EQ(outcome.exit_code, 6);
  EXPECT_EQ(outcome.err, "segue: channel 1 changed\n");
  EXPECT_EQ(daemon.executed.size(), 1000U);
}

TEST(SegueStep, NeedsAKnownTempoForBpm) {
  FakeDaemon daemon;
  const Outcome outcome = daemon.segue({"tempo", "2", "+=1bpm"});
  EXPECT_EQ(outcome.exit_code, 6);
  EXPECT_NE(outcome.err.find("segue grid 2 BPM FIRST_BEAT_S"), std::string::npos) << outcome.err;
  EXPECT_TRUE(daemon.executed.empty());
}

TEST(SegueGrid, ATapGoesWithMusicThatPlays) {
  FakeDaemon daemon;
  const Outcome outcome = daemon.segue({"grid", "2", "tap"});
  EXPECT_EQ(outcome.exit_code, 6);
  EXPECT_NE(outcome.err.find("deck 2 does not play; play it and tap along, or say where: grid 2 tap SECONDS"),
            std::string::npos)
      << outcome.err;
  EXPECT_TRUE(daemon.executed.empty());
  daemon.state.mutable_decks(1)->set_state(v1::Deck::PLAYING);
  const Outcome tapped = daemon.segue({"grid", "2", "tap"});
  EXPECT_EQ(tapped.exit_code, 0);
  EXPECT_EQ(tapped.err, "segue: tap on, on each beat: from the fourth tap on they make a tempo\n");
}

TEST(SegueStep, TakesNoAt) {
  FakeDaemon daemon;
  const Outcome outcome = daemon.segue({"--at", "+2s", "gain", "1", "+=1"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(daemon.executed.empty());
}

TEST(SegueSchedule, ReturnsOnAcceptanceWithTheIdThatCancelTakes) {
  FakeDaemon daemon;
  auto* result = daemon.execute_response.add_results();
  result->set_command_id(17);
  result->set_frame(480'000);
  const Outcome outcome = daemon.segue({"play", "1", "--at", "+2.5s", "--request-id", "r-1"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "command 17 at frame 480000\n");
  ASSERT_EQ(daemon.executed.size(), 1U);
  EXPECT_EQ(daemon.executed[0].when().after_s(), 2.5);
  EXPECT_EQ(daemon.executed[0].wait(), v1::ExecuteRequest::ACCEPTED);
  EXPECT_EQ(daemon.executed[0].request_id(), "r-1");
  EXPECT_EQ(daemon.segue({"-q", "play", "1", "--at", "frame:9"}).out, "");
  EXPECT_EQ(daemon.executed[1].when().frame(), 9);
}

TEST(SegueLoad, WaitsUnlessToldNotTo) {
  FakeDaemon daemon;
  EXPECT_EQ(daemon.segue({"load", "1", "a.flac", "--at", "+5s"}).exit_code, 0);
  EXPECT_EQ(daemon.segue({"load", "1", "a.flac", "--no-wait"}).exit_code, 0);
  ASSERT_EQ(daemon.executed.size(), 2U);
  EXPECT_EQ(daemon.executed[0].wait(), v1::ExecuteRequest::COMMITTED);
  EXPECT_EQ(daemon.executed[1].wait(), v1::ExecuteRequest::ACCEPTED);
  const std::string uri = daemon.executed[0].commands(0).load().uri();
  EXPECT_EQ(uri, "file://" + std::filesystem::current_path().string() + "/a.flac");
}

TEST(SegueDo, SendsOneBatch) {
  FakeDaemon daemon;
  ASSERT_EQ(daemon.segue({"do", R"({"play":{"deck":1}})", R"({"setFader":{"channel":1,"level":0.5}})"}).exit_code, 0);
  ASSERT_EQ(daemon.executed.size(), 1U);
  ASSERT_EQ(daemon.executed[0].commands_size(), 2);
  EXPECT_EQ(daemon.executed[0].commands(1).set_fader().level(), 0.5);
}

TEST(SegueDo, RefusesWhatIsNoCommandByNumber) {
  FakeDaemon daemon;
  for (const char* bad : {"{", "play", R"({"plya":{}})", R"({"play":{"deck":-1}})", R"({"setEq":{"band":"BASS"}})"}) {
    const Outcome outcome = daemon.segue({"do", R"({"play":{"deck":1}})", bad});
    EXPECT_EQ(outcome.exit_code, 2) << bad;
    EXPECT_TRUE(outcome.err.starts_with("segue: command 2 is not a Command in protobuf JSON: ")) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  }
  EXPECT_TRUE(daemon.executed.empty());
}

TEST(SegueBatch, ReadsStandardInputAndFiles) {
  FakeDaemon daemon;
  const std::string lines = "# start\n\n{\"play\":{\"deck\":1}}\n  {\"play\":{\"deck\":2}}\r\n";
  Start start = daemon.start_of({"batch", "-"});
  start.input = lines;
  EXPECT_EQ(run_segue(start).exit_code, 0);
  const TempDir directory;
  const std::string file = directory.write("batch.jsonl", lines);
  EXPECT_EQ(daemon.segue({"batch", file}).exit_code, 0);
  ASSERT_EQ(daemon.executed.size(), 2U);
  EXPECT_EQ(daemon.executed[0].commands_size(), 2);
  EXPECT_EQ(daemon.executed[1].commands(1).play().deck(), 2U);
}

TEST(SegueBatch, NamesTheBadLine) {
  FakeDaemon daemon;
  Start start = daemon.start_of({"batch", "-"});
  start.input = "{\"play\":{\"deck\":1}}\n\n{oops}\n";
  const Outcome outcome = run_segue(start);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(outcome.err.starts_with("segue: standard input line 3 ")) << outcome.err;
  start.input = "# nothing\n";
  EXPECT_EQ(run_segue(start).exit_code, 2);
  EXPECT_EQ(daemon.segue({"batch", "/no/such/file"}).exit_code, 3);
  EXPECT_EQ(daemon.segue({"batch", "/"}).exit_code, 2);
  EXPECT_EQ(daemon.segue({"batch", "/dev/zero"}).exit_code, 2);
  EXPECT_TRUE(daemon.executed.empty());
}

TEST(SegueToken, TravelsAsBearer) {
  FakeDaemon daemon;
  const TempDir directory;
  const std::string file = directory.write("token", "s3cret\n");
  ASSERT_EQ(daemon.segue({"--token-file", file, "play", "1"}).exit_code, 0);
  EXPECT_EQ(daemon.authorizations, std::vector<std::string>{"Bearer s3cret"});
}

TEST(SegueToken, IsNotSentUnencryptedNorReadFromAnything) {
  FakeDaemon daemon;
  const TempDir directory;
  const std::string file = directory.write("token", "s3cret\n");
  const Outcome remote = daemon.segue({"--server", "booth.invalid:7421", "--token-file", file, "play", "1"});
  EXPECT_EQ(remote.exit_code, 2);
  EXPECT_NE(remote.err.find("not sent unencrypted"), std::string::npos) << remote.err;
  EXPECT_EQ(daemon.segue({"--token-file", "/no/such/file", "play", "1"}).exit_code, 2);
  const Outcome words = daemon.segue({"--token-file", directory.write("words", "two words\n"), "play", "1"});
  EXPECT_EQ(words.exit_code, 2);
  EXPECT_EQ(words.err.find("two words"), std::string::npos) << "a secret in a message: " << words.err;
}

TEST(SegueShutdown, AsksOnce) {
  FakeDaemon daemon;
  EXPECT_EQ(daemon.segue({"shutdown"}).exit_code, 0);
  EXPECT_EQ(daemon.shutdowns, 1);
}

}  // namespace
}  // namespace segue::test
