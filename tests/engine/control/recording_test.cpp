// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/recording.h"

#include <filesystem>
#include <future>
#include <thread>

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

// A programme without an engine: sample values are frame ÷ 2²⁴.
void play(output::Programme& programme, rt::BlockClock& clock, Frames frame, int frames) {
  std::vector<float> ramp(static_cast<std::size_t>(frames));
  for (int i = 0; i < frames; ++i) ramp[static_cast<std::size_t>(i)] = static_cast<float>(frame + i) / 16'777'216.0F;
  clock.begin();
  programme.write(ConstStereoBlock(ramp.data(), ramp.data(), frames), frame);
  clock.end();
}

TEST_F(Recordings, EndOnTheFrameAskedForAtAnyBlockSize) {
  constexpr Frames kEnd = 6'001;
  for (const int block : {64, 448, 1024, 8192}) {
    for (const Frames seen_late : {Frames{-500}, Frames{0}, Frames{3'000}}) {
      std::filesystem::remove(folder_ / "mix.wav");
      rt::BlockClock clock;
      clock.set_halted(false);
      output::Programme programme(clock);
      control::Inbox inbox;
      control::Recording recording(programme, inbox, 48'000);
      recording.open(folder_ / "mix.wav", 1'000);
      std::vector<control::Request> requests;
      std::vector<control::Inbox::Note> notes;
      ASSERT_TRUE(inbox.wait(std::chrono::seconds(10)));
      inbox.take(requests, notes);
      notes.at(0)();
      recording.begin(1'000);
      Frames frame = 0;
      for (; frame < kEnd + seen_late; frame += block) play(programme, clock, frame, block);
      recording.end(kEnd);
      for (; frame < 4 * kEnd; frame += block) play(programme, clock, frame, block);
      for (long i = 0; i < 100'000'000 && !recording.is_closed(); ++i) {
        play(programme, clock, frame, block);
        frame += block;
        recording.tend();
        std::this_thread::yield();
      }
      ASSERT_TRUE(recording.is_closed());
      const auto file = read_wav(folder_ / "mix.wav");
      ASSERT_TRUE(file);
      ASSERT_EQ(file->frames(), kEnd - 1'000) << "blocks of " << block << ", seen " << seen_late << " frames late";
      EXPECT_EQ(file->channels[0].back(), static_cast<float>(kEnd - 1) / 16'777'216.0F);
    }
  }
}

TEST_F(Recordings, LeaveADiskThatNeverAnswersBehind) {
  rt::BlockClock clock;
  output::Programme programme(clock);
  control::Inbox inbox;
  std::promise<void> asked;
  std::promise<void> answered;
  std::promise<void> gone;
  auto left = gone.get_future();
  const auto hangs = [&asked, &gone, answer = answered.get_future().share()](const auto&) {
    asked.set_value();
    answer.wait();
    gone.set_value();
    return Result<std::unique_ptr<output::Recorder>>(fail(Code::kUnavailable, "FILE_UNWRITABLE", "gone"));
  };
  const SystemClock time;
  {
    auto recording = std::make_unique<control::Recording>(programme, inbox, 48'000, hangs);
    recording->open("/nowhere/mix.wav", 0);
    asked.get_future().wait();
    recording->reset();
    const auto begun = time.monotonic();
    recording.reset();
    EXPECT_LT(time.monotonic() - begun, std::chrono::milliseconds(600));
  }
  answered.set_value();
  left.wait();
  EXPECT_FALSE(inbox.wait(std::chrono::nanoseconds(0))) << "nobody is there to be told";
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
