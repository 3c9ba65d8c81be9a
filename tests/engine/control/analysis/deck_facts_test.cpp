// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/deck_facts.h"

#include <gtest/gtest.h>

namespace segue::control::test {
namespace {

double trim_of(double lufs, double peak_dbtp) {
  model::Loudness loudness;
  loudness.integrated_lufs = lufs;
  loudness.true_peak_dbtp = peak_dbtp;
  return suggested_gain_db(loudness).value_or(-100);
}

TEST(SuggestedGain, BringsTracksToOneLoudness) {
  EXPECT_NEAR(trim_of(-8, -1.5), -6, 1e-12);
  EXPECT_NEAR(trim_of(-20, -12), 6, 1e-12);
}

TEST(SuggestedGain, LiftsNoPeakBeyondTheBound) { EXPECT_NEAR(trim_of(-20, -3), 2, 1e-12); }

// Clipped masters have peaks of +1 dBTP and more: they are to be as loud as the others, not softer.
TEST(SuggestedGain, PeaksNeverLowerMoreThanLoudnessAsks) {
  EXPECT_NEAR(trim_of(-14, 1.5), 0, 1e-12);
  EXPECT_NEAR(trim_of(-16, 0.5), 0, 1e-12);
  EXPECT_NEAR(trim_of(-13.5, 2), -0.5, 1e-12);
}

TEST(SuggestedGain, SilenceHasNone) { EXPECT_FALSE(suggested_gain_db(model::Loudness{})); }

}  // namespace
}  // namespace segue::control::test
