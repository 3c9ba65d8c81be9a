// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/raised_cosine.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace segue::dsp {
namespace {

TEST(RaisedCosine, FollowsTheCurve) {
  double worst = 0.0;
  for (int i = 0; i <= 10'007; ++i) {
    const float t = static_cast<float>(i) / 10'007.0F;
    worst = std::max(worst, std::fabs(raised_cosine(t) - (0.5 - 0.5 * std::cos(std::numbers::pi * t))));
  }
  EXPECT_LT(worst, 1.3e-6) << "largest deviation of the table";
}

TEST(RaisedCosine, IsExactAtAndBeyondItsEnds) {
  EXPECT_EQ(raised_cosine(0.0F), 0.0F);
  EXPECT_EQ(raised_cosine(-3.0F), 0.0F);
  EXPECT_EQ(raised_cosine(1.0F), 1.0F);
  EXPECT_EQ(raised_cosine(7.0F), 1.0F);
  EXPECT_EQ(raised_cosine(0.5F), 0.5F);
}

TEST(RaisedCosine, NeverFalls) {
  float before = 0.0F;
  for (int i = 0; i <= 30'011; ++i) {
    const float now = raised_cosine(static_cast<float>(i) / 30'011.0F);
    ASSERT_GE(now, before) << "at step " << i;
    before = now;
  }
}

TEST(Fade, InAndOutAddUpToOne) {
  for (Frames length : {0, 1, 48, 240, 1'000'000}) {
    for (Frames i = -2; i <= length + 2; i += std::max<Frames>(1, length / 17)) {
      EXPECT_EQ(fade_in(i, length) + fade_out(i, length), 1.0F) << "frame " << i << " of " << length;
    }
    EXPECT_EQ(fade_in(length, length), 1.0F);
    EXPECT_EQ(fade_in(-1, length), 0.0F);
  }
}

}  // namespace
}  // namespace segue::dsp
