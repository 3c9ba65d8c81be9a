// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/tap.h"

#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace segue::output {
namespace {

// A float that names its frame; exact below 2²⁴.
float left_of(Frames frame) { return static_cast<float>(frame % (1 << 24)); }
float right_of(Frames frame) { return -left_of(frame); }

struct Block {
  explicit Block(int frames) : left(static_cast<std::size_t>(frames)), right(left.size()) {}
  StereoBlock view() { return {left.data(), right.data(), static_cast<int>(left.size())}; }
  ConstStereoBlock filled(Frames from, int frames) {
    for (int i = 0; i < frames; ++i) {
      left[static_cast<std::size_t>(i)] = left_of(from + i);
      right[static_cast<std::size_t>(i)] = right_of(from + i);
    }
    return {left.data(), right.data(), frames};
  }
  std::vector<float> left;
  std::vector<float> right;
};

void expect_frames(const Block& block, Frames from, int frames) {
  for (int i = 0; i < frames; ++i) {
    ASSERT_EQ(block.left[static_cast<std::size_t>(i)], left_of(from + i)) << "frame " << from + i;
    ASSERT_EQ(block.right[static_cast<std::size_t>(i)], right_of(from + i)) << "frame " << from + i;
  }
}

TEST(Tap, ReadsWhatWasWrittenWithItsFrames) {
  Tap tap(1024);
  Block in(256);
  Block out(1024);
  tap.write(in.filled(5000, 256), 5000);
  const Tap::Read read = tap.read(out.view());
  EXPECT_EQ(read.frame, 5000);
  ASSERT_EQ(read.frames, 256);
  expect_frames(out, 5000, 256);
  EXPECT_EQ(tap.read(out.view()).frames, 0);
}

TEST(Tap, JoinsBlocksThatFollowEachOther) {
  Tap tap(1024);
  Block in(64);
  Block out(1000);
  for (Frames frame = 0; frame < 640; frame += 64) tap.write(in.filled(frame, 64), frame);
  const Tap::Read read = tap.read(out.view());
  EXPECT_EQ(read.frame, 0);
  ASSERT_EQ(read.frames, 640);
  expect_frames(out, 0, 640);
}

TEST(Tap, SplitsABlockOverSmallReads) {
  Tap tap(1024);
  Block in(256);
  Block out(100);
  tap.write(in.filled(0, 256), 0);
  for (const int expected : {100, 100, 56}) {
    const Tap::Read read = tap.read(out.view());
    ASSERT_EQ(read.frames, expected);
    expect_frames(out, read.frame, read.frames);
  }
  EXPECT_EQ(tap.read(out.view()).frames, 0);
}

TEST(Tap, EndsAReadAtAGap) {
  Tap tap(1024);
  Block in(64);
  Block out(1024);
  tap.write(in.filled(0, 64), 0);
  tap.write(in.filled(128, 64), 128);
  EXPECT_EQ(tap.read(out.view()).frames, 64);
  const Tap::Read after = tap.read(out.view());
  EXPECT_EQ(after.frame, 128);
  ASSERT_EQ(after.frames, 64);
  expect_frames(out, 128, 64);
}

TEST(Tap, DropsWholeBlocksWhenFullAndCountsThem) {
  Tap tap(1024);
  Block in(300);
  Block out(2048);
  for (Frames frame = 0; frame < 1500; frame += 300) tap.write(in.filled(frame, 300), frame);
  EXPECT_EQ(tap.dropped_frames(), 600U);
  ASSERT_EQ(tap.read(out.view()).frames, 900);
  expect_frames(out, 0, 900);
  tap.write(in.filled(1500, 300), 1500);
  const Tap::Read after = tap.read(out.view());
  EXPECT_EQ(after.frame, 1500) << "the gap shows in the frame";
  ASSERT_EQ(after.frames, 300);
  expect_frames(out, 1500, 300);
}

TEST(Tap, DropsABlockLargerThanItself) {
  Tap tap(1024);
  Block in(2048);
  Block out(2048);
  tap.write(in.filled(0, 2048), 0);
  EXPECT_EQ(tap.dropped_frames(), 2048U);
  EXPECT_EQ(tap.read(out.view()).frames, 0);
}

TEST(Tap, TinyBlocksRunOutOfSpansNotOfOrder) {
  Tap tap(1024);  // 64 spans
  Block in(1);
  Block out(1024);
  for (Frames frame = 0; frame < 100; ++frame) tap.write(in.filled(frame, 1), frame);
  EXPECT_EQ(tap.dropped_frames(), 36U);
  ASSERT_EQ(tap.read(out.view()).frames, 64);
  expect_frames(out, 0, 64);
}

// Writer and reader at odd sizes, the writer sometimes too fast: every frame arrives as it was written or is counted.
TEST(Tap, LosesNothingUncountedBetweenThreads) {
  constexpr Frames kFrames = 4'000'000;
  Tap tap(4096);
  std::atomic<Frames> received{0};
  std::atomic<Frames> end{0};  // set once all is written
  std::jthread writer([&] {
    Block in(1024);
    Frames frame = 0;
    for (int i = 0; frame < kFrames; ++i) {
      const int size = 16 + (i * 97) % 1000;
      // Two stretches of three at the reader's pace, then one at full speed.
      const auto unread = [&] { return frame - static_cast<Frames>(tap.dropped_frames()) - received; };
      while (i % 300 < 200 && unread() > 2048) std::this_thread::yield();
      tap.write(in.filled(frame, size), frame);
      frame += size;
    }
    end = frame;
  });
  Block out(777);
  Frames next = 0;
  for (;;) {
    const Frames written = end;
    const Tap::Read read = tap.read(out.view());
    if (read.frames == 0) {
      if (written != 0) break;
      std::this_thread::yield();
      continue;
    }
    EXPECT_GE(read.frame, next);
    expect_frames(out, read.frame, read.frames);
    if (HasFailure()) {
      received = 2 * kFrames;  // lets the writer end
      return;
    }
    received += read.frames;
    next = read.frame + read.frames;
  }
  writer.join();
  EXPECT_GT(received, kFrames / 2);
  EXPECT_EQ(received + static_cast<Frames>(tap.dropped_frames()), end);
}

}  // namespace
}  // namespace segue::output
