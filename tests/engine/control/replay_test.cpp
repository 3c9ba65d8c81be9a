// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "engine/engine.h"
#include "tests/engine/control/booth.h"
#include "tests/support/audio/wav.h"

namespace segue::test {
namespace {

class Replay : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("segue-replay-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    for (const char* name : {"a.wav", "b.wav"}) {
      const auto audio = noise(20 * 48'000, 0.2, static_cast<std::uint64_t>(name[0]));
      ASSERT_TRUE(write_wav(folder_ / name, {audio, audio}, {48'000, 24, false}));
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string load(int deck, const std::string& name, bool play) const {
    return "load { deck: " + std::to_string(deck) + " uri: 'file://" + (folder_ / name).string() +
           "' play: " + (play ? "true }" : "false }");
  }
  std::filesystem::path folder_;
};

// Runs blocks as the live engine would, giving its workers time to answer, until the reply has come.
void run_until(Booth& booth, const Reply& reply) {
  for (int i = 0; i < 2000 && !reply.has_come(); ++i) {
    booth.control->inbox().wait(std::chrono::milliseconds(1));
    booth.run(1);
  }
  ASSERT_TRUE(reply.is_ok()) << reply.reason() << " " << reply.message();
}

TEST_F(Replay, OfAnExportedJournalGivesTheBytesThatWereHeard) {
  StereoAudio heard;
  int latency = 0;
  {
    Booth::Options options;
    options.mode = control::Installer::Mode::kLive;
    options.has_files = true;
    options.data_dir = folder_;
    options.block_frames = 448;
    Booth booth(options);
    const auto send = [&booth](const std::string& command) { run_until(booth, *booth.send({command.c_str()})); };
    send(load(1, "a.wav", true));
    booth.run(20);
    send("set_keylock { deck: 1 on: true }");
    send("set_tempo { deck: 1 percent: 4 }");  // a stretcher takes over when it is primed
    for (int i = 0; i < 200 && !booth.control->snapshot().decks[0].is_stretching; ++i) {
      booth.control->inbox().wait(std::chrono::milliseconds(1));
      booth.run(1);
    }
    EXPECT_TRUE(booth.control->snapshot().decks[0].is_stretching);
    send(load(2, "b.wav", false));
    send("set_keylock { deck: 2 on: true }");
    send("set_tempo { deck: 2 percent: -3 }");
    const auto scheduled =
        booth.send_at(booth.frame() + 12'345, {"play { deck: 2 }", "set_fader { channel: 1 level: 0.6 }"});
    run_until(booth, *scheduled);
    send("seek { deck: 1 seconds: 7.5 }");
    send("set_eq { channel: 2 band: LOW db: -96 }");
    booth.run(30);
    send("cue { deck: 1 }");
    send("set_crossfader { position: 0.3 }");
    booth.run(30);
    send("play { deck: 1 }");
    booth.run(100);
    heard = booth.heard;
    latency = booth.renderer->latency_frames();
  }
  model::Config config;
  config.paths.data_dir = folder_;
  const auto exported = export_journal(config, "", folder_ / "set.jsonl");
  ASSERT_TRUE(exported) << exported.error().message;
  RenderRequest request;
  request.script_path = folder_ / "set.jsonl";
  request.out_path = folder_ / "again.wav";
  request.seconds = static_cast<double>(heard.frames() - latency) / 48'000;
  const auto report = render_script(model::Config{}, request);
  ASSERT_TRUE(report) << report.error().message;
  const auto again = read_wav(folder_ / "again.wav");
  ASSERT_TRUE(again);
  ASSERT_EQ(again->frames(), heard.frames() - latency);
  std::size_t differing = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < again->channels[0].size(); ++i) {
    if (again->channels[0][i] == heard.left[i + static_cast<std::size_t>(latency)]) continue;
    if (differing++ == 0) first = i;
  }
  std::ifstream script(folder_ / "set.jsonl");
  EXPECT_EQ(differing, 0U) << "of " << heard.frames() << " frames, first at " << first << "\n"
                           << std::string((std::istreambuf_iterator<char>(script)), std::istreambuf_iterator<char>());
}

}  // namespace
}  // namespace segue::test
