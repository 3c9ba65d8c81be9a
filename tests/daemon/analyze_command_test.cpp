// SPDX-License-Identifier: GPL-3.0-or-later
// segued analyze as a process, on files.
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "daemon/exit_code.h"
#include "tests/support/audio/wav.h"
#include "tests/support/daemon/deep_folder.h"
#include "tests/support/daemon/process.h"
#include "tests/support/daemon/temp_dir.h"
#include "tests/support/media/media.h"
#include "tests/support/tracks/song.h"

namespace segue::daemon {
namespace {

using segue::testing::Process;
using segue::testing::TempDir;
using Json = nlohmann::json;

class Analyze : public ::testing::Test {
 protected:
  std::string song(const std::string& name, double bpm) {
    test::SongPlan plan;
    plan.bpm = bpm;
    plan.phrase_bars = 4;
    const auto made = test::make_song(plan);
    EXPECT_TRUE(made.has_value());
    return write(name, {made->audio.left, made->audio.right});
  }
  std::string write(const std::string& name, const std::vector<std::vector<float>>& channels) {
    const std::string path = directory_.path(name);
    EXPECT_TRUE(test::write_wav(path, channels, {.rate_hz = 44'100}));
    return path;
  }
  static std::vector<Json> run(std::vector<std::string> words, int exit_code = kExitDone) {
    words.insert(words.begin(), {SEGUED, "analyze", "--json"});
    Process process(words);
    EXPECT_EQ(process.wait(std::chrono::seconds(60)), exit_code) << process.errors();
    std::vector<Json> lines;
    std::istringstream output(process.output());
    for (std::string line; std::getline(output, line);) lines.push_back(Json::parse(line));
    return lines;
  }

  TempDir directory_;
};

TEST_F(Analyze, PrintsALineForEachFileInOrder) {
  const std::string fast = song("fast.wav", 140.5);
  const std::string slow = song("slow.wav", 96.25);
  const std::string missing = directory_.path("missing.wav");
  const auto lines = run({fast, missing, slow, "--beats"});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["uri"], fast);
  EXPECT_NEAR(lines[0]["bpm"], 140.5, 0.02);
  EXPECT_GT(lines[0]["beats_s"].size(), 70U);
  EXPECT_TRUE(lines[0]["error"].is_null());
  EXPECT_EQ(lines[1]["uri"], missing);
  EXPECT_TRUE(lines[1]["bpm"].is_null());
  EXPECT_EQ(lines[1]["error"], missing + ": no such file");
  EXPECT_NEAR(lines[2]["bpm"], 96.25, 0.02);
}

TEST_F(Analyze, AFolderStandsForTheMusicInIt) {
  std::filesystem::create_directories(directory_.path("music/more/.hidden"));
  const std::vector<std::vector<float>> silent(2, std::vector<float>(44'100));
  const std::string second = write("music/more/b.wav", silent);
  const std::string first = write("music/a.wav", silent);
  write("music/more/.hidden/c.wav", silent);
  directory_.write("music/notes.txt", "no music");
  const auto lines = run({directory_.path("music")});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["uri"], first);
  EXPECT_EQ(lines[1]["uri"], second);
  EXPECT_NE(lines[0]["error"].get<std::string>().find("no sound"), std::string::npos);
}

TEST_F(Analyze, WhatIsNoMusicHasAnErrorAndNoTempo) {
  const auto lines = run({directory_.write("text.mp3", "not a word of it is true"),
                          write("short.wav", {std::vector<float>(4'000, 0.5F)}), directory_.write("empty.flac", "")});
  ASSERT_EQ(lines.size(), 3U);
  for (const Json& line : lines) {
    EXPECT_TRUE(line["error"].is_string()) << line;
    EXPECT_TRUE(line["bpm"].is_null()) << line;
    EXPECT_TRUE(line["key"].is_null()) << line;
  }
}

TEST_F(Analyze, AFolderWithoutMusicHasNoLines) { EXPECT_TRUE(run({directory_.path(".")}, kExitNotFound).empty()); }

TEST_F(Analyze, NothingOfWhatWasNamedBeingThereIsAFailure) {
  const auto lines = run({directory_.path("a.wav"), "/dev/null"}, kExitNotFound);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0]["error"].is_string());
}

TEST_F(Analyze, NamesDoNotSteerTheTerminal) {
  const std::string path = write("a\x1b[31m\n.wav", {std::vector<float>(44'100)});
  Process process({SEGUED, "analyze", path});
  EXPECT_EQ(process.wait(std::chrono::seconds(60)), kExitDone);
  EXPECT_EQ(process.output().find('\x1b'), std::string::npos);
}

TEST_F(Analyze, DamageInsideAFileIsToldAndTheRestOfTheAnswerStays) {
  std::vector<std::uint8_t> bytes =
      test::read_file(test::encode(test::media_format("mp3_320"), {.rate_hz = 44'100, .frames = 441'000}));
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2), 20'000, std::uint8_t{0});
  const std::string path = directory_.path("hole.mp3");
  test::write_file(path, bytes);
  const auto lines = run({path});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0]["error"].is_null());
  const std::string warning = lines[0]["warning"].is_string() ? lines[0]["warning"].get<std::string>() : "none";
  EXPECT_EQ(warning.find("damaged: "), 0U) << warning;
  EXPECT_NE(warning.find("packets could not be decoded, the first at "), std::string::npos) << warning;
  EXPECT_NEAR(lines[0]["duration_s"].get<double>(), 10, 0.06) << "what is lost is silence";
  EXPECT_TRUE(lines[0]["loudness_lufs"].is_number());

  Process table({SEGUED, "analyze", path});
  EXPECT_EQ(table.wait(std::chrono::seconds(60)), kExitDone);
  EXPECT_NE(table.output().find(path + "  (" + warning + ")"), std::string::npos) << table.output();
}

TEST_F(Analyze, AnAddressOfAFileIsAPath) {
  const std::string path = write("a b.wav", {std::vector<float>(44'100)});
  const auto lines = run({"file://" + directory_.path("a%20b.wav")});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["uri"], path);
  EXPECT_EQ(lines[0]["duration_s"], 1.0);
}

TEST_F(Analyze, AWavWhoseHeaderSaysLessThanThereIsIsHeardWhole) {
  const std::string path = write("cut.wav", {std::vector<float>(88'200, 0.1F)});
  std::vector<std::uint8_t> bytes = test::read_file(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t length = text.find("data") + 4;
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(length), 4, std::uint8_t{0});
  bytes[length + 1] = 1;  // 256 bytes
  test::write_file(path, bytes);
  const auto lines = run({path});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["duration_s"], 2.0) << lines[0]["error"];
}

TEST_F(Analyze, AConstantVoltageHasNoEnergy) {
  const auto lines = run({write("dc.wav", {std::vector<float>(441'000, 0.5F), std::vector<float>(441'000, 0.5F)})});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0]["energy"].is_null()) << lines[0]["energy"];
}

TEST_F(Analyze, AFolderThatCannotBeReadIsNamedAndFails) {
  write("a.wav", {std::vector<float>(44'100)});
  segue::testing::make_too_deep_folders(directory_.path(""));
  Process process({SEGUED, "analyze", "--json", directory_.path("")});
  EXPECT_EQ(process.wait(std::chrono::seconds(60)), kExitOther);
  EXPECT_NE(process.output().find("a.wav"), std::string::npos) << "the rest is told all the same";
  EXPECT_NE(process.errors().find("dddddd"), std::string::npos) << process.errors();
}

TEST_F(Analyze, ARangeOfTempiThatHoldsNoneOfTheTracksIsTold) {
  const std::string path = song("song.wav", 140.5);
  const auto lines = run({path, "--bpm-min", "150", "--bpm-max", "160"});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0]["bpm"].is_number()) << "the answer stays";
  EXPECT_TRUE(lines[0]["error"].is_null());
  EXPECT_EQ(lines[0]["warning"], "no tempo within 150 to 160 BPM was found; the one told lies outside");
  const auto octave = run({path, "--bpm-min", "60", "--bpm-max", "125"});
  ASSERT_EQ(octave.size(), 1U);
  EXPECT_NEAR(octave[0]["bpm"].get<double>(), 70.25, 0.02) << "an octave holds one of its levels";
  EXPECT_TRUE(octave[0]["warning"].is_null()) << octave[0]["warning"];
  EXPECT_TRUE(run({path, "--bpm-max", "50"}, kExitUsage).empty()) << "below the usual least, 60";
}

TEST_F(Analyze, AFileThatLooksLikeAnOptionIsExplained) {
  const std::string path = write("-dash.wav", {std::vector<float>(44'100)});
  const std::string name = "-dash.wav";
  Process process({"/bin/sh", "-c", "cd " + directory_.path("") + " && exec " + SEGUED + " analyze " + name});
  EXPECT_EQ(process.wait(std::chrono::seconds(60)), kExitUsage);
  EXPECT_NE(process.errors().find("write ./-dash.wav, or -- before it"), std::string::npos) << process.errors();
  Process marked({"/bin/sh", "-c", "cd " + directory_.path("") + " && exec " + SEGUED + " analyze -- " + name});
  EXPECT_EQ(marked.wait(std::chrono::seconds(60)), kExitDone) << marked.errors();
}

}  // namespace
}  // namespace segue::daemon
