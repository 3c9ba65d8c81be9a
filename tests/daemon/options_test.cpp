// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/exit_code.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::daemon {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::optional<int> parse(std::vector<const char*> words, Options& options) {
  words.insert(words.begin(), "segued");
  return parse_options(static_cast<int>(words.size()), words.data(), options);
}

TEST(Options, FlagsGoBeforeTheFile) {
  const segue::testing::TempDir directory;
  const std::string path = directory.write("s.toml", "[engine]\ndecks = 2\nblock_frames = 512\n");
  Options options;
  ASSERT_EQ(
      parse({"--config", path.c_str(), "--block", "64", "--output", "portaudio:USB: 2", "--grpc", "off"}, options),
      std::nullopt);
  std::vector<std::string> faults;
  const Settings settings = load_settings(options, faults);
  EXPECT_THAT(faults, IsEmpty());
  EXPECT_EQ(settings.engine.engine.decks, 2);
  EXPECT_EQ(settings.engine.engine.block_frames, 64);
  EXPECT_EQ(settings.engine.output.kind, model::OutputKind::kPortaudio);
  EXPECT_EQ(settings.engine.output.device, "USB: 2");
  EXPECT_EQ(settings.daemon.grpc, "off");
}

TEST(Options, ABadFlagIsNamed) {
  Options options;
  ASSERT_EQ(parse({"--config", "/dev/null", "--output", "pulse", "--sample-rate", "8000"}, options), std::nullopt);
  std::vector<std::string> faults;
  load_settings(options, faults);
  EXPECT_THAT(faults, UnorderedElementsAre("--output: output.driver: \"pulse\" is not portaudio, null or none",
                                           "--sample-rate: engine.sample_rate_hz: 8000 is not 44100 to 192000 Hz"));
}

TEST(Options, RenderTakesItsFlagsAfterTheScript) {
  Options options;
  ASSERT_EQ(parse({"render", "set.jsonl", "--out", "mix.wav", "--seconds", "12.5", "--block", "480", "--sample-rate",
                   "44100"},
                  options),
            std::nullopt);
  EXPECT_EQ(options.action, Options::Action::kRender);
  EXPECT_EQ(options.script_path, "set.jsonl");
  EXPECT_EQ(options.out_path, "mix.wav");
  EXPECT_EQ(options.seconds, 12.5);
  EXPECT_EQ(options.block_frames, 480);
  std::vector<std::string> faults;
  EXPECT_EQ(load_settings(options, faults).engine.engine.sample_rate_hz, 44'100);
}

TEST(Options, JournalExportTakesAnEpoch) {
  Options options;
  ASSERT_EQ(parse({"journal", "export", "--epoch", "E7", "--out", "set.jsonl"}, options), std::nullopt);
  EXPECT_EQ(options.action, Options::Action::kExportJournal);
  EXPECT_EQ(options.epoch, "E7");
  EXPECT_EQ(options.out_path, "set.jsonl");
}

TEST(Options, AnalyzeTakesManyFiles) {
  Options options;
  ASSERT_EQ(
      parse({"analyze", "--json", "a.flac", "b c.mp3", "--beats", "d", "--bpm-min", "20", "--bpm-max", "400"}, options),
      std::nullopt);
  EXPECT_EQ(options.action, Options::Action::kAnalyze);
  EXPECT_THAT(options.files, ::testing::ElementsAre("a.flac", "b c.mp3", "d"));
  EXPECT_TRUE(options.as_json);
  EXPECT_TRUE(options.with_beats);
  EXPECT_EQ(options.bpm_min, 20.0);
  EXPECT_EQ(options.bpm_max, 400.0);
}

TEST(Options, UsageErrorsExitWithTwo) {
  for (const std::vector<const char*>& words : {std::vector<const char*>{"--no-such-flag"},
                                                {"render", "set.jsonl"},
                                                {"render", "--out", "mix.wav"},
                                                {"journal"},
                                                {"analyze"},
                                                {"analyze", "a.mp3", "--jobs", "0"},
                                                {"analyze", "a.mp3", "--bpm-min", "nan"},
                                                {"analyze", "a.mp3", "--bpm-min", "19.9"},
                                                {"analyze", "a.mp3", "--bpm-max", "401"},
                                                {"render", "s", "--out", "o", "--seconds", "-1"},
                                                {"render", "s", "--out", "o", "--seconds", "nan"},
                                                {"unexpected"}}) {
    Options options;
    EXPECT_EQ(parse(words, options), kExitUsage) << words[0];
  }
}

TEST(Options, VersionAndHelpExitWithZero) {
  Options options;
  EXPECT_EQ(parse({"--version"}, options), kExitDone);
  EXPECT_EQ(parse({"--help"}, options), kExitDone);
}

}  // namespace
}  // namespace segue::daemon
