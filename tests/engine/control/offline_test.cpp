// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "engine/engine.h"
#include "tests/support/audio/wav.h"

namespace segue::test {
namespace {

class RenderScript : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("segue-offline-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    write("a.wav", 3, 1);
    write("b.wav", 20, 2);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, double seconds, std::uint64_t seed) {
    const auto audio = noise(static_cast<Frames>(seconds * 48'000), 0.2, seed);
    ASSERT_TRUE(write_wav(folder_ / name, {audio, audio}, {48'000, 24, false}));
  }
  std::string uri(const std::string& name) const { return "file://" + (folder_ / name).string(); }
  // `lines` may say A and B for the tracks.
  Result<RenderReport> render(std::string lines, int block_frames = 1024,
                              std::optional<double> seconds = std::nullopt) {
    for (const char* name : {"a.wav", "b.wav"}) {
      const std::string word = std::string("\"") + static_cast<char>(name[0] - 'a' + 'A') + "\"";
      for (auto at = lines.find(word); at != std::string::npos; at = lines.find(word)) {
        lines.replace(at, word.size(), "\"" + uri(name) + "\"");
      }
    }
    std::ofstream(folder_ / "set.jsonl") << lines;
    RenderRequest request;
    request.script_path = folder_ / "set.jsonl";
    request.out_path = folder_ / "out.wav";
    request.block_frames = block_frames;
    request.seconds = seconds;
    return render_script(model::Config{}, request);
  }
  std::string bytes() const {
    std::ifstream in(folder_ / "out.wav", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  std::filesystem::path folder_;
};

constexpr const char* kSet = R"(
{"at": "0s", "do": {"load": {"deck": 1, "uri": "A"}}}
{"at": "0s", "do": {"load": {"deck": 2, "uri": "B"}}}
{"at": "0s", "do": {"setGrid": {"deck": 2, "bpm": 120, "firstBeatS": 0.5}}}
{"at": "0s", "do": {"setKeylock": {"deck": 2, "on": true}}}
{"at": "0.1s", "do": {"play": {"deck": 1}}}
{"at": "1.003s", "do": {"setTempo": {"deck": 2, "bpm": 126}}}
{"at": "+0s", "do": {"play": {"deck": 2}}}
{"at": "1.5s", "do": {"setEq": {"channel": 1, "band": "LOW", "db": -96}}}
{"at": "1.7s", "do": {"setKeylock": {"deck": 1, "on": true}}}
{"at": "1.7s", "do": {"setTempo": {"deck": 1, "percent": -4}}}
{"at": "2s", "do": {"setFader": {"channel": 1, "level": 0.5}}}
{"at": "2.3s", "do": {"seek": {"deck": 2, "beats": 9}}}
{"at": "4s", "do": {"stop": {"deck": 2}}}
)";

TEST_F(RenderScript, LeavesWhatWasThereWhenItFails) {
  std::ofstream(folder_ / "out.wav") << "precious";
  EXPECT_FALSE(render(R"({"at": "0s", "do": {"play": {"deck": 1}}})"));
  EXPECT_EQ(bytes(), "precious");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.wav.part"));
}

TEST_F(RenderScript, NeverTakesThePlaceOfItsInput) {
  const auto size = std::filesystem::file_size(folder_ / "a.wav");
  std::filesystem::create_symlink(folder_ / "a.wav", folder_ / "out.wav");
  const auto report = render(R"({"at": "0s", "do": {"load": {"deck": 1, "uri": "A"}}})", 1024, 0.1);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().reason, "OUT_IS_INPUT");
  EXPECT_EQ(std::filesystem::file_size(folder_ / "a.wav"), size);
}

TEST_F(RenderScript, RefusesAFolderForAScript) {
  RenderRequest request;
  request.script_path = folder_;
  request.out_path = folder_ / "out.wav";
  const auto report = render_script(model::Config{}, request);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().reason, "NOT_A_FILE");
}

TEST_F(RenderScript, PutsFrameNOfTheEngineAtFrameNOfTheFile) {
  const auto report = render(R"({"at": "0s", "do": {"load": {"deck": 1, "uri": "B"}}}
{"at": "frame:10007", "do": {"play": {"deck": 1}}})",
                             1024, 2.0);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->frames, 96'000);
  const auto out = read_wav(folder_ / "out.wav");
  const auto in = read_wav(folder_ / "b.wav");
  ASSERT_TRUE(out && in);
  ASSERT_EQ(out->frames(), 96'000);
  int differing = 0;
  for (std::size_t i = 0; i < 80'000; ++i) differing += out->channels[0][10'007 + i] != in->channels[0][i];
  EXPECT_EQ(differing, 0);
}

TEST_F(RenderScript, GivesTheSameBytesAtAnyBlockSize) {
  ASSERT_TRUE(render(kSet));
  const std::string first = bytes();
  ASSERT_GT(first.size(), 1'000'000U);
  for (const int block : {1, 64, 100, 480, 1024, 8192}) {
    const auto report = render(kSet, block);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(bytes() == first) << "block of " << block;
  }
}

TEST_F(RenderScript, EndsASecondAfterTheLastDeckStops) {
  const auto report = render(kSet);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_NEAR(report->seconds, 5.0, 0.001);
  EXPECT_EQ(report->commands, 13U);
  EXPECT_EQ(report->late_commands, 0U);
  EXPECT_EQ(report->underruns, 0U);
  EXPECT_LT(report->peak_dbtp, -0.5);
  EXPECT_GT(report->peak_dbtp, -20);
}

TEST_F(RenderScript, NamesTheLineThatFailsAndLeavesNoFile) {
  const auto empty = render(R"({"at": "0s", "do": {"setMaster": {"db": -3}}}
{"at": "1s", "do": {"play": {"deck": 3}}})");
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().reason, "DECK_EMPTY");
  EXPECT_THAT(empty.error().message, ::testing::HasSubstr("set.jsonl:2: "));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.wav"));
  const auto missing = render(R"({"at": "0s", "do": {"load": {"deck": 1, "uri": "file:///nowhere/x.mp3"}}})");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, "FILE_MISSING");
  EXPECT_THAT(missing.error().message, ::testing::HasSubstr("set.jsonl:1: "));
}

TEST_F(RenderScript, RendersSilenceForAnEmptyScript) {
  const auto report = render("# nothing\n");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->frames, 48'000);
}

}  // namespace
}  // namespace segue::test
