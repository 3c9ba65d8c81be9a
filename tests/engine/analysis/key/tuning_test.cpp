// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/tuning.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace segue::analysis {
namespace {

TEST(Tuning, SilenceIsInTune) {
  EXPECT_EQ(TuningMeter().cents(), 0);
  EXPECT_EQ(TuningMeter().agreement(), 0);
}

TEST(Tuning, NotesOffTheirPitchSayHowFar) {
  for (double cents = -49; cents < 50; cents += 7) {
    TuningMeter meter;
    for (int note = -20; note < 20; ++note) meter.add(440 * std::exp2(note / 12.0 + cents / 1200), 1 + note % 3 * 0.2);
    EXPECT_NEAR(meter.cents(), cents, 0.01);
    EXPECT_NEAR(meter.agreement(), 1, 1e-6);
  }
}

TEST(Tuning, AnyPitchAgreesOnNothing) {
  TuningMeter meter;
  std::mt19937 random(3);
  std::uniform_real_distribution<double> octaves(-2, 2);
  for (int i = 0; i < 10000; ++i) meter.add(440 * std::exp2(octaves(random)), 1);
  EXPECT_LT(meter.agreement(), 0.03);
}

}  // namespace
}  // namespace segue::analysis
