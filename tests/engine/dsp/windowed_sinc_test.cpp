// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/windowed_sinc.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

namespace segue::dsp {
namespace {

TEST(KaiserWindow, AgreesWithItsFormula) {
  const double beta = 0.1102 * (100.0 - 8.7);
  const KaiserWindow window(100.0);
  double worst = 0.0;
  for (double u = 0.0; u < 1.0; u += 0.00317) {
    const double exact = std::cyl_bessel_i(0.0, beta * std::sqrt(1.0 - u * u)) / std::cyl_bessel_i(0.0, beta);
    worst = std::max(worst, std::fabs(window.at(u) - exact));
    EXPECT_EQ(window.at(-u), window.at(u));
  }
  EXPECT_LT(worst, 1e-7) << "largest deviation of the table";
  EXPECT_EQ(window.at(0.0), 1.0);
  EXPECT_EQ(window.at(1.001), 0.0);
}

TEST(KernelRow, PassesDirectCurrent) {
  const KaiserWindow window(100.0);
  for (const double fraction : {-0.02, 0.0, 0.31, 0.5, 1.0, 1.03}) {
    std::vector<float> row(64);
    fill_kernel_row(row.data(), {.taps = 64, .cutoff = 0.4}, window, fraction);
    EXPECT_NEAR(std::accumulate(row.begin(), row.end(), 0.0), 1.0, 1e-6) << "at fraction " << fraction;
  }
}

TEST(KernelRow, IsOneSampleWhereNoneIsBetween) {
  const KaiserWindow window(100.0);
  std::vector<float> row(48);
  fill_kernel_row(row.data(), {.taps = 48, .cutoff = 0.5}, window, 0.0);
  std::vector<float> expected(48);
  expected[23] = 1.0F;
  EXPECT_EQ(row, expected);
}

TEST(KernelRow, IsMirroredByTheOppositeFraction) {
  const KaiserWindow window(100.0);
  std::vector<float> row(64);
  std::vector<float> opposite(64);
  fill_kernel_row(row.data(), {.taps = 64, .cutoff = 0.45}, window, 0.2);
  fill_kernel_row(opposite.data(), {.taps = 64, .cutoff = 0.45}, window, 0.8);
  for (std::size_t k = 0; k < 64; ++k) EXPECT_NEAR(row[k], opposite[63 - k], 1e-7) << "tap " << k;
}

}  // namespace
}  // namespace segue::dsp
