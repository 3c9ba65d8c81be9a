// SPDX-License-Identifier: GPL-3.0-or-later
// segue analyze: what it asks, what it prints, how it ends.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <nlohmann/json.hpp>

#include "tests/clients/fake_daemon.h"
#include "tests/support/daemon/deep_folder.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::AnalyzeResponse news(const std::string& text) {
  v1::AnalyzeResponse message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

v1::AnalyzeResponse done(const std::string& uri, const std::string& analysis) {
  return news("uri: '" + uri + "' state: DONE progress: 1 analysis { is_final: true " + analysis + " }");
}

constexpr const char* kOne =
    "duration_s: 312 rhythm { bpm: 124.004 confidence: 0.98 } tonality { key { name: 'Am' camelot: '8A' confidence: 0.9 "
    "} } loudness { integrated_lufs: -8.34 } structure { energy_level: 7 }";

TEST(SegueAnalyze, PrintsARowForEachTrackWhenItIsKnown) {
  FakeDaemon daemon;
  daemon.analyses = {news("uri: 'file:///m/one.wav' state: QUEUED"),
                     news("uri: 'file:///m/one.wav' state: RUNNING progress: 0.5"), done("file:///m/one.wav", kOne),
                     done("segue://home/2",
                          "duration_s: 61 rhythm { bpm: 87 confidence: 0.3 } tonality { key { name: 'C#m' camelot: "
                          "'12A' confidence: 0.2 } } loudness { integrated_lufs: -14 } structure { energy_level: 10 }"),
                     done("file:///m/silence.wav", "duration_s: 3")};
  const Outcome outcome = daemon.segue({"analyze", "/m/one.wav", "segue://home/2", "file:///m/silence.wav"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "   BPM   KEY        LUFS  ENERGY   LENGTH  TRACK\n"
            "124.00   Am 8A      -8.3       7     5:12  /m/one.wav\n"
            " 87.00?  C#m 12A?  -14.0      10     1:01  segue://home/2\n"
            "     –   –             –       –     0:03  file:///m/silence.wav\n");
  EXPECT_THAT(outcome.err, IsEmpty()) << "a bar is for terminals";
  EXPECT_THAT(daemon.library_asked, ElementsAre("Analyze {uris: \"file:///m/one.wav\" uris: \"segue://home/2\" uris: "
                                                "\"file:///m/silence.wav\"}"));
}

TEST(SegueAnalyze, SendsItsOptions) {
  FakeDaemon daemon;
  EXPECT_EQ(daemon.segue({"analyze", "/a.wav", "--force", "--bpm-min=80", "--bpm-max", "160", "--bpm", "87.5"}).exit_code,
            0);
  EXPECT_THAT(daemon.library_asked, ElementsAre("Analyze {uris: \"file:///a.wav\" force: true hint { bpm_min: 80 "
                                                "bpm_max: 160 bpm: 87.5 }}"));
  EXPECT_EQ(daemon.segue({"analyze", "/a.wav", "--bpm=fast"}).exit_code, 2);
  EXPECT_EQ(daemon.segue({"analyze"}).exit_code, 2);
  EXPECT_EQ(daemon.library_asked.size(), 1U) << "what is no number needs no daemon";
}

TEST(SegueAnalyze, AFolderStandsForTheMusicInIt) {
  const segue::testing::TempDir folder;
  std::filesystem::create_directories(folder.path("a/deep"));
  for (const char* name : {"b.mp3", "a/deep/x.FLAC", "a/notes.txt", "a/y.wav", "a/._y.wav"})
    std::ofstream(folder.path(name)) << "x";
  std::filesystem::create_directories(folder.path("empty"));
  FakeDaemon daemon;
  EXPECT_EQ(daemon.segue({"analyze", folder.path("a"), folder.path("b.mp3"), folder.path("a/y.wav")}).exit_code, 0);
  const std::string in = "file://" + folder.path("");
  EXPECT_THAT(daemon.library_asked, ElementsAre("Analyze {uris: \"" + in + "a/deep/x.FLAC\" uris: \"" + in +
                                                "a/y.wav\" uris: \"" + in + "b.mp3\"}"));
  EXPECT_EQ(daemon.segue({"analyze", folder.path("empty")}).exit_code, 2);
  EXPECT_EQ(daemon.library_asked.size(), 1U);
}

TEST(SegueAnalyze, AsksForAThousandAtATime) {
  const segue::testing::TempDir folder;
  for (int i = 0; i < 1'001; ++i) std::ofstream(folder.path(std::to_string(i) + ".wav")) << "x";
  FakeDaemon daemon;
  EXPECT_EQ(daemon.segue({"analyze", folder.path("")}).exit_code, 0);
  EXPECT_EQ(daemon.library_asked.size(), 2U);
}

TEST(SegueAnalyze, DrawsABarOnATerminal) {
  FakeDaemon daemon;
  daemon.analyses = {news("uri: 'file:///a.wav' state: RUNNING progress: 0.5 analysis { rhythm { bpm: 124 } }"),
                     news("uri: 'file:///a.wav' state: RUNNING progress: 0.8"), done("file:///a.wav", kOne),
                     done("file:///b.wav", kOne)};
  Start start = daemon.start_of({"analyze", "/a.wav", "/b.wav"});
  start.has_terminal = true;
  const Outcome outcome = run_segue(start);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("█████░░░░░░░░░░░░░░░  25%  0 of 2 tracks  /a.wav  124.00 bpm"));
  EXPECT_THAT(outcome.err, HasSubstr("████████░░░░░░░░░░░░  40%  0 of 2 tracks  /a.wav  124.00 bpm"))
      << "progress alone does not take an estimate back";
  EXPECT_THAT(outcome.err, HasSubstr("██████████░░░░░░░░░░  50%  1 of 2 tracks"));
}

TEST(SegueAnalyze, ATempoIsTwentyToFourHundredAndARangeHasTwoEnds) {
  FakeDaemon daemon;
  for (const auto& [words, why] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--bpm-min=19"}, "--bpm-min must be 20 to 400 beats a minute, not '19'"},
           {{"--bpm-max=401"}, "--bpm-max must be 20 to 400"},
           {{"--bpm=0"}, "--bpm must be 20 to 400"},
           {{"--bpm-min=120", "--bpm-max=120"}, "--bpm-min must be below --bpm-max"}}) {
    std::vector<std::string> arguments = {"analyze", "/a.wav"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    const Outcome outcome = daemon.segue(arguments);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr(why));
  }
  EXPECT_TRUE(daemon.library_asked.empty());
}

TEST(SegueAnalyze, AWarningStandsBesideTheTrack) {
  FakeDaemon daemon;
  daemon.analyses = {done("file:///a.wav", std::string(kOne) + " warning: 'damaged: 3 packets'")};
  EXPECT_THAT(daemon.segue({"analyze", "/a.wav"}).out, HasSubstr("/a.wav  (damaged: 3 packets)\n"));
}

TEST(SegueAnalyze, AFolderThatCannotBeReadIsNamedAndFails) {
  const segue::testing::TempDir folder;
  std::ofstream(folder.path("a.wav")) << "x";
  segue::testing::make_too_deep_folders(folder.path(""));
  FakeDaemon daemon;
  const Outcome outcome = daemon.segue({"analyze", folder.path("")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(daemon.library_asked.size(), 1U) << "the rest is heard all the same";
  EXPECT_THAT(outcome.err, HasSubstr("ddd: File name too long"));
}

TEST(SegueAnalyze, AFailedTrackEndsNoOtherAndGivesTheExitCode) {
  FakeDaemon daemon;
  const std::string missing = "error { code: 'NOT_FOUND' reason: 'FILE_MISSING' message: '/m/gone.wav: no such file' }";
  daemon.analyses = {
      news("uri: 'file:///m/gone.wav' state: FAILED " + missing), done("file:///m/one.wav", kOne),
      news("uri: 'file:///m/bad.wav' state: FAILED error { code: 'DATA_LOSS' reason: 'X' message: 'bad.wav: noise' }")};
  const Outcome outcome = daemon.segue({"analyze", "/m/gone.wav", "/m/one.wav", "/m/bad.wav"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.out, HasSubstr("/m/one.wav\n"));
  EXPECT_EQ(outcome.err, "segue: bad.wav: noise\nsegue: /m/gone.wav: no such file\n") << "each once";
}

TEST(SegueAnalyze, EveryFailureIsToldInWhateverOrderTheyCome) {
  FakeDaemon daemon;
  daemon.analyses = {
      news("uri: 'file:///m/b.wav' state: FAILED error { code: 'NOT_FOUND' reason: 'X' message: 'b.wav: gone' }"),
      news("uri: 'file:///m/a.wav' state: FAILED error { code: 'DATA_LOSS' reason: 'X' message: 'a.wav: noise' }")};
  const Outcome outcome = daemon.segue({"analyze", "/m/a.wav", "/m/b.wav"});
  EXPECT_EQ(outcome.err, "segue: a.wav: noise\nsegue: b.wav: gone\n");
}

TEST(SegueAnalyze, JsonHasTheLastAnswerOfEachInTheOrderAsked) {
  FakeDaemon daemon;
  daemon.analyses = {news("uri: 'file:///a.wav' state: RUNNING progress: 0.5"), done("file:///b.wav", "duration_s: 2"),
                     done("file:///a.wav", kOne)};
  const Outcome outcome = daemon.segue({"analyze", "/a.wav", "/b.wav", "-o", "json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const json all = json::parse(outcome.out)["analyses"];
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["uri"], "file:///a.wav");
  EXPECT_EQ(all[0]["state"], "DONE");
  EXPECT_EQ(all[0]["analysis"]["rhythm"]["bpm"], 124.004);
  EXPECT_EQ(all[0]["analysis"]["tonality"]["key"]["camelot"], "8A");
  EXPECT_EQ(all[1]["analysis"]["durationS"], 2);
}

TEST(SegueAnalyze, JsonLinesAreTheNewsAsTheyCome) {
  FakeDaemon daemon;
  daemon.analyses = {news("uri: 'file:///a.wav' state: QUEUED"), news("uri: 'file:///a.wav' state: RUNNING"),
                     done("file:///a.wav", kOne)};
  std::istringstream lines(daemon.segue({"analyze", "/a.wav", "-o", "jsonl"}).out);
  std::vector<std::string> states;
  for (std::string line; std::getline(lines, line);) states.push_back(json::parse(line)["state"]);
  EXPECT_THAT(states, ElementsAre("QUEUED", "RUNNING", "DONE"));
}

}  // namespace
}  // namespace segue::test
