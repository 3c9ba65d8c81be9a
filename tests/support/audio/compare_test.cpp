// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/audio/compare.h"

#include <cmath>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

TEST(FirstDifference, SeesASingleBit) {
  StereoAudio a(noise(1000, 0.5, 1));
  StereoAudio b = a;
  EXPECT_FALSE(first_difference(a, b).has_value());
  EXPECT_EQ(difference(a, b), "");
  b.right[700] = std::nextafter(b.right[700], 1.0F);
  b.left[800] = 0;
  EXPECT_EQ(first_difference(a, b), 700);
  EXPECT_NE(difference(a, b).find("frame 700"), std::string::npos);
}

TEST(FirstDifference, TellsMinusZeroFromZero) {
  EXPECT_EQ(first_difference(std::vector<float>{1, 0.0F}, std::vector<float>{1, -0.0F}), 1);
}

TEST(FirstDifference, OfABeginningIsItsEnd) {
  const StereoAudio a(noise(1000, 0.5, 1));
  EXPECT_EQ(first_difference(a, a.cut(0, 900)), 900);
  EXPECT_EQ(difference(a, a.cut(0, 900)), "1000 frames against 900");
}

TEST(HashOf, DependsOnEveryBitAndContinues) {
  const auto signal = noise(1000, 0.5, 1);
  auto other = signal;
  other[999] = std::nextafter(other[999], 1.0F);
  EXPECT_NE(hash_of(signal), hash_of(other));
  const std::span<const float> all(signal);
  EXPECT_EQ(hash_of(all.subspan(300), hash_of(all.first(300))), hash_of(all));
}

TEST(LargestDifference, IsTheLargest) {
  EXPECT_DOUBLE_EQ(largest_difference(std::vector<float>{0, 1, 0}, std::vector<float>{0.25F, 0.25F, 0}), 0.75);
}

}  // namespace
}  // namespace segue::test
