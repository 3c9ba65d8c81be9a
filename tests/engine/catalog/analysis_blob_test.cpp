// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/analysis_blob.h"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "engine/catalog/packed_bytes.h"
#include "tests/engine/catalog/full_analysis.h"

namespace segue::catalog {
namespace {

using test::expect_same;
using test::full_analysis;

TEST(AnalysisBlob, ComesBackWhole) {
  const model::TrackAnalysis analysis = full_analysis(7);
  auto back = unpacked_analysis(packed_analysis(analysis));
  ASSERT_TRUE(back);
  const auto waveform = unpacked_waveform(packed_waveform(analysis.waveform));
  ASSERT_TRUE(waveform);
  back->waveform = *waveform;
  expect_same(*back, analysis);
}

TEST(AnalysisBlob, AWarningComesBackAndWhatWasWrittenBeforeThereWereAnyIsStillRead) {
  model::TrackAnalysis analysis = full_analysis(7);
  const auto plain = inflated(packed_analysis(analysis), kAnalysisBytesMax);
  ASSERT_TRUE(plain);
  std::string before = plain->substr(0, plain->size() - 1);  // without the empty text at the end
  before[0] = 1;
  const auto old = unpacked_analysis(deflated(before));
  ASSERT_TRUE(old);
  EXPECT_EQ(old->rhythm.bpm, analysis.rhythm.bpm);
  EXPECT_EQ(old->warning, "");
  analysis.warning = "damaged";
  const auto back = unpacked_analysis(packed_analysis(analysis));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->warning, "damaged");
}

TEST(AnalysisBlob, WhatIsAbsentStaysAbsent) {
  model::TrackAnalysis silence;
  silence.error = "there is no sound in it";
  const auto back = unpacked_analysis(packed_analysis(silence));
  ASSERT_TRUE(back);
  expect_same(*back, silence);
  EXPECT_FALSE(back->tonality.key);
  EXPECT_FALSE(back->loudness.integrated_lufs);
}

TEST(AnalysisBlob, IsSmall) {
  const std::size_t bytes = packed_analysis(full_analysis(7)).size();
  EXPECT_LT(bytes, 16'000U) << bytes << " bytes for 6 minutes: 768 beats, 3,000 onsets, three curves";
}

TEST(AnalysisBlob, NumbersThatAreNoneBecomeZero) {
  model::TrackAnalysis analysis;
  analysis.duration_s = std::numeric_limits<double>::quiet_NaN();
  analysis.onsets_s = {1.0, std::numeric_limits<double>::infinity(), 1e300, 2.0};
  analysis.structure.energy = {std::numeric_limits<float>::quiet_NaN(), 5.0F, -1.0F};
  const auto back = unpacked_analysis(packed_analysis(analysis));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->duration_s, 0);
  EXPECT_EQ(back->onsets_s.front(), 1.0);
  EXPECT_EQ(back->onsets_s.back(), 2.0);
  EXPECT_EQ(back->structure.energy, (std::vector<float>{0, 1, 0}));
}

TEST(AnalysisBlob, DamageIsFoundWhereverItIs) {
  const std::string good = packed_analysis(full_analysis(7));
  std::mt19937 random(5);
  int found = 0;
  constexpr int kTries = 2'000;
  for (int i = 0; i < kTries; ++i) {
    std::string bad = good;
    bad[random() % bad.size()] ^= static_cast<char>(1U << (random() % 8));
    const auto back = unpacked_analysis(bad);
    if (!back) ++found;
  }
  // The two bits of zlib's header that say nothing about the content may be turned.
  EXPECT_GE(found, kTries * 99 / 100) << found << " of " << kTries;
  for (std::size_t bytes = 0; bytes < good.size(); bytes += 97) EXPECT_FALSE(unpacked_analysis(good.substr(0, bytes)));
  EXPECT_FALSE(unpacked_analysis(good + "x"));
  EXPECT_FALSE(unpacked_analysis(""));
}

TEST(AnalysisBlob, AWaveformOfManyHoursIsManyPieces) {
  model::Waveform waveform;
  waveform.overview.assign(7'200, 9);
  waveform.detail.resize(3 * kWaveformPieceBytes + 5);
  std::mt19937 random(5);
  for (auto& byte : waveform.detail) byte = static_cast<std::uint8_t>(random());
  auto pieces = packed_waveform(waveform);
  ASSERT_EQ(pieces.size(), 5U);
  const auto back = unpacked_waveform(pieces);
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->detail == waveform.detail);
  EXPECT_TRUE(back->overview == waveform.overview);
  pieces[3][200] ^= 1;
  EXPECT_FALSE(unpacked_waveform(pieces));
}

}  // namespace
}  // namespace segue::catalog
