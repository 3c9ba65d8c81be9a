// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/ramp.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace segue::dsp {
namespace {

constexpr int kLength = 240;

std::vector<float> gains_in_parts(const std::vector<int>& parts) {
  Ramp ramp(kLength, 0.25F);
  ramp.aim(0.9F);
  std::vector<float> gains;
  for (const int part : parts) {
    std::vector<float> some(static_cast<std::size_t>(part));
    ramp.fill(some.data(), part);
    gains.insert(gains.end(), some.begin(), some.end());
  }
  return gains;
}

TEST(Ramp, StartsSettled) {
  Ramp ramp(kLength);
  EXPECT_TRUE(ramp.is_settled());
  EXPECT_EQ(ramp.value(), 1.0F);
}

TEST(Ramp, ReachesItsTargetExactlyAfterItsLength) {
  Ramp ramp(kLength, 0.3F);
  ramp.aim(0.7F);
  std::vector<float> gains(kLength);
  ramp.fill(gains.data(), kLength - 1);
  EXPECT_FALSE(ramp.is_settled());
  EXPECT_LT(ramp.value(), 0.7F);
  ramp.fill(gains.data(), 1);
  EXPECT_TRUE(ramp.is_settled());
  EXPECT_EQ(gains[0], 0.7F);
}

TEST(Ramp, DoesNotDependOnHowFramesAreSplit) {
  const auto whole = gains_in_parts({400});
  EXPECT_EQ(gains_in_parts({1, 63, 64, 17, 95, 160}), whole);
  EXPECT_EQ(gains_in_parts(std::vector<int>(400, 1)), whole);
}

TEST(Ramp, TurnsFromWhereItIs) {
  Ramp ramp(kLength, 0.0F);
  ramp.aim(1.0F);
  std::vector<float> gains(kLength);
  ramp.fill(gains.data(), 100);
  const float middle = ramp.value();
  ramp.aim(0.0F);
  ramp.fill(gains.data(), kLength);
  EXPECT_NEAR(gains[0], middle, 1e-3) << "no step when the target changes";
  EXPECT_EQ(ramp.value(), 0.0F);
}

TEST(Ramp, AimingAtItsTargetAgainDoesNotDelayIt) {
  Ramp ramp(kLength, 0.0F);
  std::vector<float> gains(kLength);
  ramp.aim(1.0F);
  ramp.fill(gains.data(), 200);
  ramp.aim(1.0F);
  ramp.fill(gains.data(), kLength - 200);
  EXPECT_TRUE(ramp.is_settled());
}

TEST(Ramp, SettledAtOneLeavesEveryBitAlone) {
  Ramp ramp(kLength);
  std::vector<float> left = {1.0e-42F, -0.0F, 0.1F, std::numeric_limits<float>::max()};
  auto right = left;
  const auto before = left;
  ramp.apply({left.data(), right.data(), 4});
  EXPECT_EQ(left, before);
  EXPECT_TRUE(std::signbit(left[1]));
}

TEST(Ramp, SettledAtZeroIsSilenceWhateverComesIn) {
  Ramp ramp(kLength, 0.0F);
  std::vector<float> left = {0.5F, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()};
  auto right = left;
  ramp.apply({left.data(), right.data(), 3});
  EXPECT_EQ(left, std::vector<float>(3));
  EXPECT_EQ(right, std::vector<float>(3));
}

TEST(Ramp, AppliesTheGainsItWouldFill) {
  const auto gains = gains_in_parts({400});
  Ramp ramp(kLength, 0.25F);
  ramp.aim(0.9F);
  std::vector<float> left(400, 1.0F);
  std::vector<float> right(400, 1.0F);
  ramp.apply({left.data(), right.data(), 300});
  ramp.apply({left.data() + 300, right.data() + 300, 100});
  EXPECT_EQ(left, gains);
  EXPECT_EQ(right, gains);
}

TEST(Ramp, OfNoLengthJumps) {
  Ramp ramp(0, 0.0F);
  ramp.aim(0.5F);
  EXPECT_TRUE(ramp.is_settled());
  EXPECT_EQ(ramp.value(), 0.5F);
}

}  // namespace
}  // namespace segue::dsp
