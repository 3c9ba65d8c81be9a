// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/chroma_decimator.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace segue::analysis {
namespace {

constexpr ChromaDecimator::Options kOptions{.sample_rate_hz = 48000, .factor = 8, .pass_hz = 1900};

std::vector<float> sine(double hz, std::size_t count) {
  std::vector<float> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = static_cast<float>(std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / 48000));
  }
  return out;
}

// Level of a sine behind the decimator, dB.
double level_db(double hz) {
  ChromaDecimator decimator(kOptions);
  const auto out = decimator.push(sine(hz, 48000));
  double energy = 0;
  for (std::size_t i = 1000; i < 5000; ++i) energy += static_cast<double>(out[i]) * out[i] / 4000 * 2;
  return 10 * std::log10(energy + 1e-20);
}

TEST(ChromaDecimator, PassesPitchesAndStopsWhatWouldFoldOntoThem) {
  for (const double hz : {30.0, 110.0, 440.0, 1000.0, 1900.0}) EXPECT_NEAR(level_db(hz), 0, 0.1) << hz << " Hz";
  for (const double hz : {4100.0, 5000.0, 6000.0, 11000.0, 20000.0}) EXPECT_LT(level_db(hz), -60) << hz << " Hz";
}

TEST(ChromaDecimator, BlocksMakeNoDifference) {
  const auto signal = sine(523, 10000);
  ChromaDecimator whole(kOptions);
  const auto expected = whole.push(signal);
  for (const std::size_t block : {1U, 7U, 64U, 1000U}) {
    ChromaDecimator parts(kOptions);
    std::vector<float> joined;
    for (std::size_t at = 0; at < signal.size(); at += block) {
      const auto out = parts.push(std::span(signal).subspan(at, std::min(block, signal.size() - at)));
      joined.insert(joined.end(), out.begin(), out.end());
    }
    EXPECT_TRUE(std::ranges::equal(joined, expected)) << "blocks of " << block;
  }
}

}  // namespace
}  // namespace segue::analysis
