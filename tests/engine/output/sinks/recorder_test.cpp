// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/sinks/recorder.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/output/eventually.h"
#include "tests/engine/output/file_size_limit.h"
#include "tests/engine/output/scratch_folder.h"
#include "tests/engine/output/wav_chunks.h"

namespace segue::output {
namespace {

using test::eventually;
using test::ScratchFolder;
using test::WavChunks;

constexpr int kBlock = 256;

float left_of(Frames frame) { return static_cast<float>(frame + 1); }

void play(Tap& tap, Frames frame, int frames = kBlock) {
  std::vector<float> left(static_cast<std::size_t>(frames));
  std::vector<float> right(left.size());
  for (int i = 0; i < frames; ++i) {
    left[static_cast<std::size_t>(i)] = left_of(frame + i);
    right[static_cast<std::size_t>(i)] = -left_of(frame + i);
  }
  tap.write(ConstStereoBlock(left.data(), right.data(), frames), frame);
}

TEST(Recorder, WritesWhatTheTapGotFromTheFirstFrameOn) {
  const ScratchFolder folder;
  auto recorder = Recorder::start({.path = folder.file("a.wav"), .first_frame = 1000});
  ASSERT_TRUE(recorder.has_value()) << recorder.error().message;
  for (Frames frame = 0; frame < 100 * kBlock; frame += kBlock) play((*recorder)->tap(), frame);
  ASSERT_TRUE((*recorder)->stop().has_value());
  const Recorder::Status status = (*recorder)->status();
  EXPECT_TRUE(status.is_finished);
  EXPECT_EQ(status.path, folder.file("a.wav"));
  EXPECT_EQ(status.first_frame, 1000);
  EXPECT_EQ(status.frames, 100 * kBlock - 1000);
  EXPECT_EQ(status.dropped_frames, 0);
  EXPECT_FALSE(status.error.has_value());
  const auto samples = WavChunks(folder.file("a.wav")).promised_samples();
  ASSERT_EQ(samples.size(), static_cast<std::size_t>(status.frames) * 2);
  for (Frames i = 0; i < status.frames; ++i) {
    ASSERT_EQ(samples[static_cast<std::size_t>(2 * i)], left_of(1000 + i));
    ASSERT_EQ(samples[static_cast<std::size_t>(2 * i + 1)], -left_of(1000 + i));
  }
}

TEST(Recorder, EndsOnItsFrameWhetherItHasComeThatFarOrNot) {
  for (const Frames end : {Frames{1000}, Frames{1001}, Frames{10 * kBlock + 7}, Frames{20 * kBlock}}) {
    for (const bool is_ahead : {false, true}) {
      const ScratchFolder folder;
      auto recorder = Recorder::start({.path = folder.file("a.wav"), .first_frame = 1000});
      ASSERT_TRUE(recorder.has_value());
      Frames frame = 0;
      for (; is_ahead && frame < 30 * kBlock; frame += kBlock) play((*recorder)->tap(), frame);
      if (is_ahead) {
        ASSERT_TRUE(eventually([&] { return (*recorder)->status().frames == 30 * kBlock - 1000; }));
      }
      (*recorder)->end_at(end);
      for (; frame < 40 * kBlock; frame += kBlock) play((*recorder)->tap(), frame);
      EXPECT_TRUE(eventually([&] { return (*recorder)->status().is_finished; })) << "by itself";
      EXPECT_EQ((*recorder)->status().frames, end - 1000);
      const auto samples = WavChunks(folder.file("a.wav")).promised_samples();
      ASSERT_EQ(samples.size(), static_cast<std::size_t>(end - 1000) * 2);
      if (samples.empty()) continue;
      EXPECT_EQ(samples[samples.size() - 2], left_of(end - 1));
    }
  }
}

TEST(Recorder, FillsGapsWithSilenceAndCountsThem) {
  const ScratchFolder folder;
  auto recorder = Recorder::start({.path = folder.file("a.wav"), .first_frame = 0});
  ASSERT_TRUE(recorder.has_value());
  play((*recorder)->tap(), 100);  // the first blocks were lost already
  play((*recorder)->tap(), 100 + kBlock + 10'000);
  ASSERT_TRUE((*recorder)->stop().has_value());
  EXPECT_EQ((*recorder)->status().dropped_frames, 10'100);
  const auto samples = WavChunks(folder.file("a.wav")).promised_samples();
  ASSERT_EQ(samples.size(), 2U * (100 + kBlock + 10'000 + kBlock));
  EXPECT_EQ(samples[2 * 99], 0);
  EXPECT_EQ(samples[2 * 100], left_of(100));
  EXPECT_EQ(samples[2 * (100 + kBlock)], 0);
  EXPECT_EQ(samples[2 * (100 + kBlock + 9'999)], 0);
  EXPECT_EQ(samples[2 * (100 + kBlock + 10'000)], left_of(100 + kBlock + 10'000));
}

TEST(Recorder, ShowsItsProgress) {
  const ScratchFolder folder;
  auto recorder = Recorder::start({.path = folder.file("a.wav")});
  ASSERT_TRUE(recorder.has_value());
  play((*recorder)->tap(), 0);
  EXPECT_TRUE(eventually([&] { return (*recorder)->status().frames == kBlock; }));
  EXPECT_FALSE((*recorder)->status().is_finished);
}

TEST(Recorder, EndsOnAFullDiskAndKeepsWhatItHas) {
  const ScratchFolder folder;
  auto recorder = Recorder::start({.path = folder.file("a.wav")});
  ASSERT_TRUE(recorder.has_value());
  Frames frame = 0;
  {
    const test::FileSizeLimit limit(300'000);
    ASSERT_TRUE(eventually([&] {
      for (int i = 0; i < 40; ++i, frame += kBlock) play((*recorder)->tap(), frame);
      return (*recorder)->status().error.has_value();
    }));
  }
  const Recorder::Status status = (*recorder)->status();
  EXPECT_TRUE(status.is_finished);
  EXPECT_EQ(status.error->reason, "DISK_FULL");
  EXPECT_GT(status.frames, 30'000);
  const auto samples = WavChunks(folder.file("a.wav")).promised_samples();
  ASSERT_EQ(samples.size(), static_cast<std::size_t>(status.frames) * 2);
  EXPECT_EQ(samples[2 * 12'345], left_of(12'345));
  // The audio side goes on, its blocks are dropped once the tap is full.
  for (int i = 0; i < 10'000; ++i, frame += kBlock) play((*recorder)->tap(), frame);
  EXPECT_GT((*recorder)->tap().dropped_frames(), 0U);
  const auto stopped = (*recorder)->stop();
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().reason, "DISK_FULL");
}

TEST(Recorder, RefusesAFileThatIsThere) {
  const ScratchFolder folder;
  { const auto first = Recorder::start({.path = folder.file("a.wav")}); }
  const auto second = Recorder::start({.path = folder.file("a.wav")});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().reason, "FILE_EXISTS");
  EXPECT_TRUE(Recorder::start({.path = folder.file("a.wav"), .may_overwrite = true}).has_value());
}

TEST(Recorder, ClosesItsFileWhenDestroyed) {
  const ScratchFolder folder;
  {
    auto recorder = Recorder::start({.path = folder.file("a.wav")});
    ASSERT_TRUE(recorder.has_value());
    play((*recorder)->tap(), 0);
  }
  EXPECT_EQ(WavChunks(folder.file("a.wav")).promised_samples().size(), 2U * kBlock);
}

}  // namespace
}  // namespace segue::output
