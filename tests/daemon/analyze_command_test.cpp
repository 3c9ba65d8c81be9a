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
#include "tests/support/daemon/process.h"
#include "tests/support/daemon/temp_dir.h"
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

}  // namespace
}  // namespace segue::daemon
