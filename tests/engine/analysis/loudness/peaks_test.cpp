// SPDX-License-Identifier: GPL-3.0-or-later
#include <vector>

#include <gtest/gtest.h>

#include "engine/analysis/loudness_peaks.h"
#include "tests/engine/analysis/loudness/programme.h"

namespace segue::analysis {
namespace {

// Clipped runs of a left channel with these samples in the midst of silence; the right one is as told.
std::int64_t runs_of(const std::vector<float>& samples, float right_gain = 0, int block_frames = 1'000) {
  test::Programme programme;
  programme.left.resize(60);  // so that what follows lies across the chunks of the meter
  programme.left.insert(programme.left.end(), samples.begin(), samples.end());
  programme.left.resize(300);
  for (const float x : programme.left) programme.right.push_back(right_gain * x);
  SignalPeaks peaks(44'100);
  return test::feed(peaks, programme, block_frames).clipped_runs();
}

TEST(SignalPeaks, ThreeFramesAtFullScaleAreClipped) {
  constexpr float kTop = 32767.0F / 32768.0F;
  EXPECT_EQ(runs_of({1, 1}), 0);
  EXPECT_EQ(runs_of({1, 1, 1}), 1);
  EXPECT_EQ(runs_of({kTop, kTop, kTop, kTop, kTop, kTop, kTop, kTop}), 1);
  EXPECT_EQ(runs_of({-1, -1, -1}), 1);
  EXPECT_EQ(runs_of({1.5F, 2.0F, 1.1F}), 1) << "above full scale, as decoders of lossy files give it";
  EXPECT_EQ(runs_of({1, 1, 1, 0, 1, 1, 1}), 2);
  EXPECT_EQ(runs_of({1, 1, -1, -1, 1, 1}), 0) << "a square wave of full scale has no plateau of three";
  EXPECT_EQ(runs_of({0.99F, 0.99F, 0.99F, 0.99F}), 0) << "a plateau below full scale";
}

TEST(SignalPeaks, BothChannelsAtOnceAreOneRun) {
  EXPECT_EQ(runs_of({1, 1, 1, 1}, 1), 1);
  EXPECT_EQ(runs_of({1, 1, 1, 1}, -1), 1);
}

TEST(SignalPeaks, RunsDoNotDependOnHowFramesAreSplit) {
  const std::vector<float> samples = {1, 1, 1, 1, 0, -1, -1, -1, 0.5F, 1, 1, 1, 1, 1, 1, 0, 1, 1};
  for (const int block_frames : {1, 2, 3, 7, 64}) EXPECT_EQ(runs_of(samples, 0, block_frames), 3) << block_frames;
}

TEST(SignalPeaks, AreNeverBelowTheSamples) {
  for (const test::Programme& programme : test::peaky(44'100)) {
    SignalPeaks peaks(44'100);
    test::feed(peaks, programme);
    EXPECT_GE(peaks.true_peak(), peaks.sample_peak()) << programme.name;
  }
}

TEST(SignalPeaks, OfNothingAreZero) {
  const SignalPeaks peaks(48'000);
  EXPECT_EQ(peaks.true_peak(), 0.0F);
  EXPECT_EQ(peaks.sample_peak(), 0.0F);
}

}  // namespace
}  // namespace segue::analysis
