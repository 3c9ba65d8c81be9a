// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <initializer_list>
#include <utility>

#include <gtest/gtest.h>

#include "engine/analysis/loudness.h"
#include "tests/engine/analysis/loudness/programme.h"

// The test signals of EBU Tech 3341 and 3342 that are stereo and about programme loudness, range and true peak, at a
// rate and with tolerances as given there, or narrower.
namespace segue::analysis {
namespace {

using test::append_silence;
using test::feed;
using test::Programme;
using test::Tone;
using test::tones;

model::Loudness loudness_of(const Programme& programme) {
  LoudnessAnalyser analyser(programme.sample_rate_hz);
  return feed(analyser, programme).estimate();
}

// 1 kHz at a level for a time.
Tone steady(double peak_db, double seconds) { return {.peak_db = peak_db, .seconds = seconds}; }

TEST(LoudnessEbu, IntegratedIsThatOfTech3341) {
  const std::pair<Programme, double> cases[] = {
      {tones("case 1", {steady(-23, 20)}), -23},
      {tones("case 2", {steady(-33, 20)}), -33},
      {tones("case 3", {steady(-36, 10), steady(-23, 60), steady(-36, 10)}), -23},
      {tones("case 4", {steady(-72, 10), steady(-36, 10), steady(-23, 60), steady(-36, 10), steady(-72, 10)}), -23},
      {tones("case 5", {steady(-26, 20), steady(-20, 20.1), steady(-26, 20)}), -23},
  };
  for (const auto& [programme, lufs] : cases) {
    const auto loudness = loudness_of(programme);
    ASSERT_TRUE(loudness.integrated_lufs) << programme.name;
    EXPECT_NEAR(*loudness.integrated_lufs, lufs, 0.1) << "LUFS, " << programme.name;
  }
}

TEST(LoudnessEbu, RangeIsThatOfTech3342) {
  const std::pair<Programme, double> cases[] = {
      {tones("case 1", {steady(-20, 20), steady(-30, 20)}), 10},
      {tones("case 2", {steady(-20, 20), steady(-15, 20)}), 5},
      {tones("case 3", {steady(-40, 20), steady(-20, 20)}), 20},
      {tones("case 4", {steady(-50, 20), steady(-35, 20), steady(-20, 20), steady(-35, 20), steady(-50, 20)}), 15},
  };
  for (const auto& [programme, lu] : cases) {
    const auto loudness = loudness_of(programme);
    ASSERT_TRUE(loudness.range_lu) << programme.name;
    EXPECT_NEAR(*loudness.range_lu, lu, 0.3) << "LU, " << programme.name;
  }
}

TEST(LoudnessEbu, TruePeakIsThatOfTech3341) {
  constexpr double kRate = 48'000;
  const std::pair<Tone, double> cases[] = {
      {{.hz = kRate / 4, .peak_db = -6.02, .phase = 0}, -6.0},
      {{.hz = kRate / 4, .peak_db = -6.02, .phase = 0.125}, -6.0},
      {{.hz = kRate / 6, .peak_db = -6.02, .phase = 60.0 / 360}, -6.0},
      {{.hz = kRate / 8, .peak_db = -6.02, .phase = 67.5 / 360}, -6.0},
      {{.hz = kRate / 4, .peak_db = 2.98, .phase = 0.125}, 3.0},
  };
  for (const auto& [tone, dbtp] : cases) {
    // Swells and fades, so that its edges are no peaks.
    auto programme = tones("tone", {tone});
    const auto frames = programme.left.size();
    for (std::size_t i = 0; i < frames; ++i) {
      const double edge = static_cast<double>(std::min(i, frames - 1 - i)) / 2'000.0;
      programme.left[i] *= static_cast<float>(std::min(1.0, edge));
      programme.right[i] *= static_cast<float>(std::min(1.0, edge));
    }
    const auto loudness = loudness_of(programme);
    ASSERT_TRUE(loudness.true_peak_dbtp);
    EXPECT_LE(*loudness.true_peak_dbtp, dbtp + 0.2) << tone.hz << " Hz at " << tone.phase;
    EXPECT_GE(*loudness.true_peak_dbtp, dbtp - 0.4) << tone.hz << " Hz at " << tone.phase;
  }
}

TEST(LoudnessEbu, NothingIsSaidOfWhatIsBelowTheGate) {
  Programme silence;
  append_silence(silence, 10);
  const auto quiet = tones("quiet", {steady(-75, 10)});
  const auto blip = tones("blip", {steady(-10, 0.3)});
  const Programme nothing;
  for (const auto* programme : std::initializer_list<const Programme*>{&silence, &quiet, &blip, &nothing}) {
    const auto loudness = loudness_of(*programme);
    EXPECT_FALSE(loudness.integrated_lufs) << programme->name;
    EXPECT_FALSE(loudness.range_lu) << programme->name;
    EXPECT_FALSE(loudness.true_peak_dbtp) << programme->name;
  }
  EXPECT_EQ(loudness_of(silence).sample_peak_db, -200);
  EXPECT_NEAR(loudness_of(quiet).sample_peak_db, -75, 0.01) << "dBFS";
}

// A mono track comes doubled and is heard from two loudspeakers: it is as loud as stereo of the same samples.
TEST(LoudnessEbu, DoubledMonoIsThreeDecibelsLouderThanOneChannel) {
  auto programme = tones("mono", {steady(-20, 5)});
  const double doubled = *loudness_of(programme).integrated_lufs;
  programme.right.assign(programme.right.size(), 0.0F);
  EXPECT_NEAR(doubled - *loudness_of(programme).integrated_lufs, 3.01, 0.01) << "LU";
}

}  // namespace
}  // namespace segue::analysis
