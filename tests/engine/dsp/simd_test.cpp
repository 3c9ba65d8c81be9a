// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/simd.h"

#include <vector>

#include <gtest/gtest.h>

#include "engine/dsp/isolator.h"
#include "engine/dsp/limiter.h"
#include "engine/dsp/resampler.h"
#include "engine/dsp/sinc.h"
#include "tests/engine/dsp/figures.h"

namespace segue::dsp {
namespace {

using namespace figures;

// Everything with a vectorised loop, one after the other, through `width`.
std::vector<float> everything(bool is_wide) {
  const bool before = simd::uses_wide;
  simd::uses_wide = is_wide && before;
  std::vector<float> all;
  const auto keep = [&](const std::vector<float>& part) { all.insert(all.end(), part.begin(), part.end()); };
  const auto source = loud_signals(48'000)[11].left;

  std::vector<float> left(5'000);
  std::vector<float> right(5'000);
  for (const double rate : {0.77, 1.06, 2.9}) {
    SincBank::shared().interpolate(source.data(), source.data() + 3, 300.1, rate, {left.data(), right.data(), 5'000});
    keep(left);
    keep(right);
  }
  for (const int source_hz : {44'100, 44'056}) {
    Resampler::create(source_hz, 48'000).process(source.data(), 0, 300, 5'000, left.data());
    keep(left);
  }
  left = source;
  right = source;
  Isolator isolator(48'000);
  isolator.set_gain(Isolator::kMid, 0.3F);
  in_blocks(left, right, 61, [&](StereoBlock block) { isolator.process(block); });
  keep(left);
  TruePeakLimiter limiter(48'000, -9.0);
  in_blocks(left, right, 61, [&](StereoBlock block) { limiter.process(block); });
  keep(left);
  simd::uses_wide = before;
  return all;
}

TEST(Simd, GivesTheSameBitsInEveryWidth) {
  const auto wide = everything(true);
  const auto narrow = everything(false);
  ASSERT_EQ(wide.size(), narrow.size());
  for (std::size_t i = 0; i < wide.size(); ++i) ASSERT_EQ(wide[i], narrow[i]) << "value " << i;
}

TEST(Simd, SumsInAFixedOrder) {
  // Values whose sum depends on the order: 2^24 + 1 is not a float.
  const float values[8] = {16'777'216.0F, 1.0F, 1.0F, 1.0F, -16'777'216.0F, 1.0F, 1.0F, 1.0F};
  simd::Float8 wide;
  simd::load(wide, values);
  simd::Twice<simd::Float4> narrow;
  simd::load(narrow, values);
  EXPECT_EQ(simd::sum(wide), 6.0F);
  EXPECT_EQ(simd::sum(narrow), 6.0F);
}

}  // namespace
}  // namespace segue::dsp
