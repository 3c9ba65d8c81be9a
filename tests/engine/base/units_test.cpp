// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/units.h"

#include <gtest/gtest.h>

#include "engine/base/audio_block.h"

namespace segue {
namespace {

TEST(Gain, OfZeroDecibelsIsExactlyOne) { EXPECT_EQ(to_gain(Decibels{0}).value, 1.0F); }

TEST(Gain, OfSilenceAndBelowIsExactlyZero) {
  EXPECT_EQ(to_gain(Decibels{Decibels::kSilence}).value, 0.0F);
  EXPECT_EQ(to_gain(Decibels{-200}).value, 0.0F);
  EXPECT_GT(to_gain(Decibels{-95.9}).value, 0.0F);
}

TEST(Gain, DoublesEverySixDecibels) {
  EXPECT_NEAR(to_gain(Decibels{6.0206}).value, 2.0F, 1e-5F);
  EXPECT_NEAR(to_gain(Decibels{-20}).value, 0.1F, 1e-7F);
}

TEST(StereoBlock, ASliceIsAPartOfBothPlanes) {
  float left[4] = {1, 2, 3, 4};
  float right[4] = {5, 6, 7, 8};
  const StereoBlock slice = StereoBlock{left, right, 4}.slice(1, 2);
  EXPECT_EQ(slice.frames, 2);
  EXPECT_EQ(slice.left[0], 2);
  EXPECT_EQ(slice.right[1], 7);
  const ConstStereoBlock view = slice;
  EXPECT_EQ(view.left, slice.left);
  EXPECT_EQ(view.frames, 2);
}

}  // namespace
}  // namespace segue
