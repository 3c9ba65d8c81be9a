// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/analysis/loudness/reference.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "engine/analysis/loudness.h"
#include "tests/engine/analysis/loudness/programme.h"

namespace segue::analysis {
namespace {

using namespace test;

model::Loudness loudness_of(const Programme& programme, int block_frames = 4'096) {
  LoudnessAnalyser analyser(programme.sample_rate_hz);
  return feed(analyser, programme, block_frames).estimate();
}

TEST(Loudness, AgreesWithLibebur128AtEveryRate) {
  for (const int rate : {8'000, 11'025, 22'050, 44'100, 48'000, 96'000, 192'000}) {
    const auto programme = music(rate, rate > 48'000 ? 10 : 30, 1.0, 5);
    const auto loudness = loudness_of(programme);
    const auto reference = reference_of(programme);
    EXPECT_NEAR(loudness.integrated_lufs.value_or(0), reference.integrated_lufs, 0.02) << "LUFS at " << rate;
    EXPECT_NEAR(loudness.range_lu.value_or(0), reference.range_lu, 0.05) << "LU at " << rate;
    EXPECT_NEAR(loudness.true_peak_dbtp.value_or(0), reference.true_peak_dbtp, 0.01) << "dBTP at " << rate;
    EXPECT_NEAR(loudness.sample_peak_db, reference.sample_peak_db, 0.001) << "dBFS at " << rate;
  }
}

TEST(Loudness, AgreesWithLibebur128OnAnyMusic) {
  const int rounds = std::getenv("SEGUE_SOAK") != nullptr ? 300 : 6;
  for (int seed = 1; seed <= rounds; ++seed) {
    const double clip = 0.1 + 0.15 * (seed % 9);
    const auto programme = music(44'100, 6 + seed % 11, clip, static_cast<std::uint64_t>(seed) * 977);
    const auto loudness = loudness_of(programme);
    const auto reference = reference_of(programme);
    EXPECT_NEAR(loudness.integrated_lufs.value_or(0), reference.integrated_lufs, 0.02) << "LUFS, seed " << seed;
    EXPECT_NEAR(loudness.range_lu.value_or(0), reference.range_lu, 0.05) << "LU, seed " << seed;
    EXPECT_NEAR(loudness.true_peak_dbtp.value_or(0), reference.true_peak_dbtp, 0.01) << "dBTP, seed " << seed;
  }
}

TEST(Loudness, TruePeakAgreesWithLibebur128) {
  for (const int rate : {44'100, 48'000, 96'000, 192'000}) {
    for (const Programme& programme : peaky(rate)) {
      const double ours = loudness_of(programme).true_peak_dbtp.value_or(0);
      EXPECT_NEAR(ours, reference_of(programme).true_peak_dbtp, 0.01) << "dBTP, " << programme.name << " at " << rate;
    }
  }
}

TEST(Loudness, DoesNotDependOnHowFramesAreSplit) {
  const auto programme = music(44'100, 5, 0.9, 9);
  const auto whole = loudness_of(programme, 1 << 30);
  for (const int block_frames : {1, 7, 333, 4'410, 100'000}) {
    const auto split = loudness_of(programme, block_frames);
    EXPECT_EQ(split.integrated_lufs, whole.integrated_lufs) << block_frames;
    EXPECT_EQ(split.range_lu, whole.range_lu) << block_frames;
    EXPECT_EQ(split.true_peak_dbtp, whole.true_peak_dbtp) << block_frames;
    EXPECT_EQ(split.clipped_runs, whole.clipped_runs) << block_frames;
  }
}

TEST(Loudness, AnEstimateOnTheWayIsThatOfTheTrackSoFar) {
  const auto programme = music(44'100, 12, 1.0, 2);
  LoudnessAnalyser analyser(44'100);
  const int half = static_cast<int>(programme.left.size() / 2);
  analyser.push({programme.left.data(), programme.right.data(), half});
  auto first_half = programme;
  first_half.left.resize(static_cast<std::size_t>(half));
  first_half.right.resize(static_cast<std::size_t>(half));
  EXPECT_EQ(analyser.estimate().integrated_lufs, loudness_of(first_half).integrated_lufs);
  analyser.push(
      {programme.left.data() + half, programme.right.data() + half, static_cast<int>(programme.left.size()) - half});
  EXPECT_EQ(analyser.estimate().integrated_lufs, loudness_of(programme).integrated_lufs);
}

}  // namespace
}  // namespace segue::analysis
