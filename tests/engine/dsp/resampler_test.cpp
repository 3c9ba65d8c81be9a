// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/resampler.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/dsp/figures.h"

namespace segue::dsp {
namespace {

using namespace figures;

class ResamplerRates : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(ResamplerRates, AreFlatAndClean) {
  const auto [source_hz, target_hz] = GetParam();
  const ResamplerQuality quality = resampler_quality(source_hz, target_hz);
  EXPECT_LE(quality.ripple_db, 0.01) << "ripple in dB up to 0.91 of the lower half rate";
  EXPECT_LE(quality.residual_db, -120.0) << "images, aliases and noise, in dB";
  EXPECT_LE(quality.rejection_db, -120.0) << "what is left of tones above the lower half rate, in dB";
}

INSTANTIATE_TEST_SUITE_P(
    Conversions, ResamplerRates,
    testing::Values(std::pair(44'100, 48'000), std::pair(48'000, 44'100), std::pair(96'000, 48'000),
                    std::pair(192'000, 48'000), std::pair(88'200, 48'000), std::pair(32'000, 48'000),
                    std::pair(22'050, 48'000), std::pair(8'000, 192'000), std::pair(384'000, 44'100),
                    // Ratios of more phases than are kept.
                    std::pair(44'056, 48'000), std::pair(47'999, 44'100), std::pair(37'813, 96'000)));

std::vector<float> convert(const Resampler& resampler, const std::vector<float>& track, Frames from, int count) {
  const Frames first = resampler.first_source(from);
  const Frames last = resampler.last_source(from + count - 1);
  std::vector<float> window(static_cast<std::size_t>(last - first + 1));
  for (Frames i = first; i <= last; ++i) {
    if (i >= 0 && i < static_cast<Frames>(track.size())) {
      window[static_cast<std::size_t>(i - first)] = track[static_cast<std::size_t>(i)];
    }
  }
  std::vector<float> out(static_cast<std::size_t>(count));
  resampler.process(window.data(), first, from, count, out.data());
  return out;
}

TEST(Resampler, GivesTheSameBitsAfterASeek) {
  for (const auto& [source_hz, target_hz] :
       {std::pair(44'100, 48'000), std::pair(48'000, 44'100), std::pair(44'056, 48'000), std::pair(8'000, 48'000)}) {
    const Resampler resampler = Resampler::create(source_hz, target_hz);
    const auto track = tone(20'000, 0.0321, 0.8);
    const auto whole = convert(resampler, track, 0, 15'000);
    for (const Frames seek : {1, 4'096, 7'777, 14'000}) {
      const auto part = convert(resampler, track, seek, 900);
      const std::vector<float> expected(whole.begin() + seek, whole.begin() + seek + 900);
      EXPECT_EQ(part, expected) << source_hz << " to " << target_hz << " from frame " << seek;
    }
  }
}

TEST(Resampler, KeepsTimeOverAnHour) {
  // Far into a track, a phase is still exact: compare with the same phase at its beginning.
  const Resampler resampler = Resampler::create(44'100, 48'000);
  const Frames far = 48'000LL * 3'600 * 10;
  const auto window = tone(2'000, 0.0123, 0.8);
  std::vector<float> near_start(100);
  std::vector<float> far_out(100);
  resampler.process(window.data(), resampler.first_source(0), 0, 100, near_start.data());
  resampler.process(window.data(), resampler.first_source(far), far, 100, far_out.data());
  EXPECT_EQ(near_start, far_out);
  EXPECT_EQ(resampler.first_source(far) - resampler.first_source(0), 44'100LL * 3'600 * 10);
}

TEST(Resampler, PutsFrameZeroAtFrameZero) {
  for (const auto& [source_hz, target_hz] : {std::pair(44'100, 48'000), std::pair(96'000, 44'100)}) {
    const Resampler resampler = Resampler::create(source_hz, target_hz);
    std::vector<float> track(1'000);
    track[0] = 1.0F;
    const auto out = convert(resampler, track, -50, 101);
    for (std::size_t i = 0; i <= 50; ++i) {
      EXPECT_NEAR(out[50 - i], out[50 + i], 1e-6) << "an impulse must spread evenly, " << i << " frames away";
    }
  }
}

TEST(Resampler, ConvertsLengthsRoundingUp) {
  const Resampler resampler = Resampler::create(44'100, 48'000);
  EXPECT_EQ(resampler.target_frames_for(44'100), 48'000);
  EXPECT_EQ(resampler.target_frames_for(1), 2);
  EXPECT_EQ(resampler.target_frames_for(0), 0);
  EXPECT_EQ(resampler.source_frames_for(48'000), 44'100);
  EXPECT_EQ(resampler.source_frames_for(1), 1);
}

TEST(Resampler, OfEqualRatesCopies) {
  const Resampler resampler = Resampler::create(48'000, 48'000);
  EXPECT_TRUE(resampler.is_identity());
  EXPECT_EQ(resampler.reach(), 0);
  const auto track = tone(500, 0.2, 1.0);
  const std::vector<float> expected(track.begin() + 33, track.begin() + 133);
  EXPECT_EQ(convert(resampler, track, 33, 100), expected);
}

TEST(Resampler, ReadsOnlyWhatItSays) {
  for (const auto& [source_hz, target_hz] :
       {std::pair(44'100, 48'000), std::pair(192'000, 48'000), std::pair(44'056, 48'000)}) {
    const Resampler resampler = Resampler::create(source_hz, target_hz);
    const Frames first = resampler.first_source(1'000);
    const Frames last = resampler.last_source(1'099);
    std::vector<float> source(static_cast<std::size_t>(last + 100), std::nanf(""));
    for (Frames i = first; i <= last; ++i) source[static_cast<std::size_t>(i)] = 0.25F;
    std::vector<float> out(100);
    resampler.process(source.data(), 0, 1'000, 100, out.data());
    for (const float x : out) ASSERT_NEAR(x, 0.25F, 1e-5F) << source_hz << " to " << target_hz;
  }
}

}  // namespace
}  // namespace segue::dsp
