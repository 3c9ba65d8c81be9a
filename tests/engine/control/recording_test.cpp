// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/recording.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/engine/control/booth.h"
#include "tests/support/audio/wav.h"

namespace segue::test {
namespace {

class Recordings : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("segue-recording-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    start_ = "start_recording { path: '" + (folder_ / "mix.wav").string() + "' }";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  // Runs blocks at the pace of the disk.
  static void run_until(Booth& booth, const Reply& reply) {
    for (int i = 0; i < 5000 && !reply.has_come(); ++i) {
      booth.control->inbox().wait(std::chrono::milliseconds(1));
      booth.run(1);
    }
    ASSERT_TRUE(reply.has_come());
  }
  std::filesystem::path folder_;
  std::string start_;
};

TEST_F(Recordings, HoldTheProgrammeFrameForFrame) {
  Booth booth;
  booth.add_tone("file:///a.wav", 60);
  booth.send({"load { deck: 1 uri: 'file:///a.wav' play: true }"});
  booth.run(20);
  const auto started = booth.send({start_.c_str()});
  run_until(booth, *started);
  ASSERT_TRUE(started->is_ok()) << started->message();
  booth.run(200);
  const auto running = booth.state().master().recording();
  EXPECT_EQ(running.path(), folder_ / "mix.wav");
  EXPECT_EQ(running.dropped_frames(), 0U);
  EXPECT_EQ(running.first_frame(), started->response().results(0).frame());
  EXPECT_EQ(booth.send({start_.c_str()})->reason(), "RECORDING_RUNS");
  const auto stopped = booth.send({"stop_recording {}"});
  run_until(booth, *stopped);
  ASSERT_TRUE(stopped->is_ok()) << stopped->message();
  EXPECT_FALSE(booth.state().master().has_recording());

  const auto file = read_wav(folder_ / "mix.wav");
  ASSERT_TRUE(file);
  ASSERT_GT(file->frames(), 40'000);
  const auto first = static_cast<std::size_t>(running.first_frame() + booth.renderer->latency_frames());
  for (std::size_t i = 0; i < file->channels[0].size(); ++i) {
    ASSERT_EQ(file->channels[0][i], booth.heard.left[first + i]) << "frame " << i;
  }
}

TEST_F(Recordings, FailWhereTheFileCannotBe) {
  Booth booth;
  const auto nowhere = booth.send({"start_recording { path: '/nowhere/mix.wav' }"});
  run_until(booth, *nowhere);
  EXPECT_EQ(nowhere->reason(), "FILE_UNWRITABLE");
  const auto started = booth.send({start_.c_str()});
  run_until(booth, *started);
  EXPECT_TRUE(started->is_ok()) << "a failure leaves no trace";
}

TEST_F(Recordings, NeverOverwriteAFile) {
  ASSERT_TRUE(write_wav(folder_ / "mix.wav", {{0.0F}, {0.0F}}, {}));
  Booth booth;
  const auto started = booth.send({start_.c_str()});
  run_until(booth, *started);
  EXPECT_EQ(started->reason(), "FILE_EXISTS");
}

}  // namespace
}  // namespace segue::test
