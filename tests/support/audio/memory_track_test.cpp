// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/audio/memory_track.h"

#include <gtest/gtest.h>

#include "tests/support/audio/compare.h"

namespace segue::test {
namespace {

TEST(MemoryTrack, GivesBackItsAudio) {
  const StereoAudio audio = music(10'000, {});
  const MemoryTrack track(audio);
  StereoAudio read(10'000);
  EXPECT_TRUE(track.pages().read(0, 10'000, read.left.data(), read.right.data()));
  EXPECT_EQ(difference(audio, read), "");
  EXPECT_EQ(track.pages().length(), 10'000);
  EXPECT_TRUE(track.pages().length_is_final());
}

TEST(MemoryTrack, HidesAndShowsPages) {
  MemoryTrack track(music(20'000, {}));
  track.hide(1, 2);
  EXPECT_FALSE(track.pages().has(4000, 5000));
  EXPECT_TRUE(track.pages().has(0, 4096));
  track.show(1, 2);
  EXPECT_TRUE(track.pages().has(0, 20'000));
}

}  // namespace
}  // namespace segue::test
