// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/audio/measure.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/audio/signals.h"

namespace segue::test {
namespace {

constexpr double kRate = 48'000;

TEST(FitSine, FindsFrequencyAmplitudeAndPhase) {
  const auto fit = fit_sine(sine(9600, 997.3, kRate, 0.4, 0.6), 997.0, kRate);
  EXPECT_NEAR(fit.hz, 997.3, 1e-5);
  EXPECT_NEAR(fit.amplitude, 0.4, 1e-7);
  EXPECT_NEAR(fit.phase, 0.6, 1e-5);
  EXPECT_LT(fit.thd_n_db(), -140) << "float32 alone leaves about -150 dB";
}

TEST(FitSine, MeasuresDistortionAndNoise) {
  auto signal = sine(48'000, 1000, kRate, 0.5);
  const auto third = sine(48'000, 3000, kRate, 0.5e-4);
  for (std::size_t i = 0; i < signal.size(); ++i) signal[i] += third[i];
  EXPECT_NEAR(fit_sine(signal, 1000, kRate).thd_n_db(), -80, 0.05);
}

TEST(FitSine, CountsNoOffsetAsDistortion) {
  auto signal = sine(48'000, 1000, kRate, 0.5);
  for (float& value : signal) value += 0.1F;
  EXPECT_LT(fit_sine(signal, 1000, kRate).thd_n_db(), -120);
}

TEST(AmplitudeAt, SeesAQuietToneBesideALoudOne) {
  auto signal = sine(48'000, 1000, kRate, 0.5);
  const auto quiet = sine(48'000, 5000, kRate, 0.5e-5);
  EXPECT_LT(to_db(amplitude_at(signal, 5000, kRate)), -125);
  for (std::size_t i = 0; i < signal.size(); ++i) signal[i] += quiet[i];
  EXPECT_NEAR(to_db(amplitude_at(signal, 5000, kRate)), -106.02, 0.2);
  EXPECT_NEAR(amplitude_at(signal, 1000, kRate), 0.5, 1e-6);
}

TEST(Spectrum, ReadsASinesAmplitudeAtItsBin) {
  const double hz = 100 * kRate / 16'384;
  const auto spectrum = spectrum_of(sine(20'000, hz, kRate, 0.25), kRate);
  EXPECT_EQ(spectrum.amplitudes.size(), 8192U);
  EXPECT_NEAR(spectrum.loudest(20, 20'000).hz, hz, 1e-9);
  EXPECT_NEAR(spectrum.loudest(20, 20'000).amplitude, 0.25, 1e-6);
  EXPECT_LT(to_db(spectrum.loudest(1000, 20'000).amplitude), -100);
}

TEST(Levels, AreThoseOfASine) {
  const auto signal = sine(48'000, 1000, kRate, 0.5);
  EXPECT_NEAR(to_db(rms(signal)), -9.03, 0.01);
  EXPECT_NEAR(to_db(peak(signal)), -6.02, 0.01);
  EXPECT_EQ(to_db(0), -400);
}

}  // namespace
}  // namespace segue::test
