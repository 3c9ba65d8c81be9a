// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/waveform.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace segue::analysis {
namespace {

using Signal = std::function<double(double seconds)>;

// A column as amplitudes.
struct Column {
  double peak = 0;
  double low = 0;
  double mid = 0;
  double high = 0;
};

std::vector<Column> columns_of(const std::vector<std::uint8_t>& bytes) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i + 3 < bytes.size(); i += 4) {
    const auto at = [&](std::size_t b) { return double{WaveformAnalyser::amplitude_of(bytes[i + b])}; };
    columns.push_back({.peak = at(0), .low = at(1), .mid = at(2), .high = at(3)});
  }
  return columns;
}

model::Waveform waveform_of(const Signal& signal, double seconds, int rate, int block_frames = 3'000) {
  std::vector<float> samples;
  const auto frames = static_cast<int>(std::lround(seconds * rate));
  for (int i = 0; i < frames; ++i) samples.push_back(static_cast<float>(signal(static_cast<double>(i) / rate)));
  WaveformAnalyser analyser(rate);
  for (int from = 0; from < frames; from += block_frames) {
    const int count = std::min(block_frames, frames - from);
    analyser.push({samples.data() + from, samples.data() + from, count});
  }
  return analyser.estimate();
}

Signal sine(double hz, double amplitude) {
  return [=](double t) { return amplitude * std::sin(2.0 * std::numbers::pi * hz * t); };
}

double db_of(double ratio) { return 20.0 * std::log10(std::max(ratio, 1e-9)); }

TEST(Waveform, HasAHundredAndFiftyColumnsASecondAtAnyRate) {
  for (const int rate : {8'000, 11'025, 22'050, 44'100, 48'000, 96'000, 192'000}) {
    const auto waveform = waveform_of(sine(440, 0.5), 4, rate);
    EXPECT_EQ(waveform.detail.size(), 4U * 4 * 150) << rate;
    EXPECT_EQ(waveform.overview, waveform.detail) << "of less than 12 s the overview is all there is";
  }
}

TEST(Waveform, ColumnsKeepToTime) {
  // A burst that begins at 2.5 s is seen in column 375, whatever the rate.
  const Signal burst = [](double t) { return t >= 2.5 && t < 2.6 ? 0.8 : 0.0; };
  for (const int rate : {8'000, 11'025, 44'100, 48'000}) {
    const auto columns = columns_of(waveform_of(burst, 4, rate).detail);
    EXPECT_EQ(columns[374].peak, 0.0) << rate;
    EXPECT_NEAR(columns[375].peak, 0.8, 0.01) << rate;
    EXPECT_NEAR(columns[389].peak, 0.8, 0.01) << rate;
    EXPECT_EQ(columns[390].peak, 0.0) << rate;
  }
}

TEST(Waveform, BandsTellLowMidAndHigh) {
  for (const int rate : {44'100, 48'000, 96'000, 192'000}) {
    const auto settled = [&](double hz) { return columns_of(waveform_of(sine(hz, 0.5), 1, rate).detail)[120]; };
    const auto low = settled(50);
    EXPECT_NEAR(db_of(low.low / 0.5), 0, 1.0) << "dB of 50 Hz in low at " << rate;
    EXPECT_LT(db_of(low.mid / 0.5), -35) << rate;
    EXPECT_LT(db_of(low.high / 0.5), -70) << rate;
    const auto mid = settled(632);
    EXPECT_NEAR(db_of(mid.mid / 0.5), 0, 1.0) << "dB of 632 Hz in mid at " << rate;
    EXPECT_LT(db_of(mid.low / 0.5), -35) << rate;
    EXPECT_LT(db_of(mid.high / 0.5), -35) << rate;
    const auto high = settled(7'901);  // no simple part of a rate: some sample is near the crest
    EXPECT_NEAR(db_of(high.high / 0.5), 0, 1.0) << "dB of 7.9 kHz in high at " << rate;
    EXPECT_LT(db_of(high.mid / 0.5), -40) << rate;
    EXPECT_LT(db_of(high.low / 0.5), -70) << rate;
    for (const auto& column : {low, mid, high}) EXPECT_NEAR(column.peak, 0.5, 0.01) << rate;
    const auto border = settled(200);
    EXPECT_NEAR(db_of(border.low / 0.5), -6, 1.0) << "dB of 200 Hz in low at " << rate;
    EXPECT_NEAR(db_of(border.mid / 0.5), -6, 1.0) << "dB of 200 Hz in mid at " << rate;
  }
}

TEST(Waveform, PeakSeesWhatTheMidChannelDoesNot) {
  std::vector<float> left(44'100, 0.25F);
  std::vector<float> right(44'100, -0.25F);
  WaveformAnalyser analyser(44'100);
  analyser.push({left.data(), right.data(), 44'100});
  const auto columns = columns_of(analyser.estimate().detail);
  EXPECT_NEAR(columns[75].peak, 0.25, 0.005);
  EXPECT_EQ(columns[75].low, 0.0);
}

TEST(Waveform, BytesStandForAmplitudes) {
  EXPECT_EQ(WaveformAnalyser::byte_of(0), 0);
  EXPECT_EQ(WaveformAnalyser::byte_of(1), 255);
  EXPECT_EQ(WaveformAnalyser::byte_of(3), 255);
  EXPECT_NEAR(WaveformAnalyser::byte_of(0.01F), 25, 1) << "−40 dB is a tenth of the height";
  for (double db = 0; db > -40; db -= 0.7) {
    const auto amplitude = static_cast<float>(std::pow(10.0, db / 20));
    const double back = WaveformAnalyser::amplitude_of(WaveformAnalyser::byte_of(amplitude));
    EXPECT_NEAR(db_of(back), db, db > -12 ? 0.1 : 0.4) << "dB";
  }
}

TEST(Waveform, OverviewIsOfAllTheTrackAndNoWiderThanATablet) {
  // Loud in the last third, with a peak in the midst of the quiet.
  const Signal signal = [](double t) {
    if (t > 30.0 && t < 30.01) return 0.9;
    return (t < 60 ? 0.05 : 0.5) * std::sin(2.0 * std::numbers::pi * 100.0 * t);
  };
  const auto waveform = waveform_of(signal, 90, 8'000);
  EXPECT_EQ(waveform.detail.size(), 90U * 150 * 4);
  const auto overview = columns_of(waveform.overview);
  ASSERT_EQ(overview.size(), 1'800U);
  EXPECT_NEAR(overview[600].peak, 0.9, 0.01) << "a short peak is seen";
  EXPECT_NEAR(overview[900].peak, 0.05, 0.005);
  EXPECT_NEAR(overview[900].low, 0.05, 0.01);
  EXPECT_NEAR(overview[1'500].peak, 0.5, 0.01);
  EXPECT_NEAR(overview[1'500].low, 0.5, 0.05);
}

TEST(Waveform, DoesNotDependOnHowFramesAreSplit) {
  const Signal signal = [](double t) { return 0.7 * std::sin(900.0 * t * t); };
  for (const int rate : {44'100, 192'000}) {
    const auto whole = waveform_of(signal, 3.003, rate, 1 << 30);
    for (const int block_frames : {1, 64, 999}) {
      EXPECT_EQ(waveform_of(signal, 3.003, rate, block_frames).detail, whole.detail) << block_frames << " at " << rate;
    }
  }
}

TEST(Waveform, OfNothingIsEmptyAndOfSilenceZero) {
  EXPECT_TRUE(WaveformAnalyser(44'100).estimate().detail.empty());
  const auto silence = waveform_of([](double) { return 0.0; }, 1, 44'100);
  EXPECT_EQ(std::count(silence.detail.begin(), silence.detail.end(), 0), 600);
}

}  // namespace
}  // namespace segue::analysis
