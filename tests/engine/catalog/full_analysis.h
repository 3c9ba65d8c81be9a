// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "engine/model/analysis.h"

namespace segue::test {

// An analysis of six minutes in which every field says something, the same for the same seed.
inline model::TrackAnalysis full_analysis(unsigned seed) {
  std::mt19937 random(seed);
  const auto part = [&random] { return static_cast<double>(random() % 10'000) / 10'000.0; };
  model::TrackAnalysis a;
  a.version = 3;
  a.is_final = true;
  a.duration_s = a.analysed_s = 360.25;
  a.sound = {0.125, 359.5};
  a.rhythm.bpm = 128.0137;
  a.rhythm.confidence = part();
  a.rhythm.alternatives = {{64, part()}, {85.3425, part()}};
  a.rhythm.grid = {.markers = {{0.0312345678901, 128.0137}, {180.5, 127.5}}, .beats_per_bar = 3};
  a.rhythm.first_beat_s = 0.03125;
  a.rhythm.downbeat_s = 0.5;
  a.rhythm.beats_per_bar = 3;
  a.rhythm.phrase_bars = 8;
  a.rhythm.phrase_s = 15.25;
  a.rhythm.downbeat_confidence = part();
  a.rhythm.is_constant = false;
  for (int i = 0; i < 768; ++i) a.rhythm.beats_s.push_back(0.03125 + i * 0.468691);
  a.tonality.key = model::Key{9, true};
  a.tonality.confidence = part();
  a.tonality.alternatives = {{{0, false}, part()}};
  a.tonality.tuning_cents = -12.5;
  a.tonality.changes = {{0, {9, true}, part()}, {120.5, {4, false}, part()}};
  a.loudness = {-7.25, 4.5, 0.75, -0.0625, 12};
  a.waveform.overview.resize(7'200);
  a.waveform.detail.resize(360 * 600);
  for (auto& byte : a.waveform.overview) byte = static_cast<std::uint8_t>(random());
  for (std::size_t i = 0; i < a.waveform.detail.size(); ++i) a.waveform.detail[i] = static_cast<std::uint8_t>(i / 7);
  a.structure.sections = {{0.125, model::SectionLabel::kIntro, 16, 0.25}, {30.5, model::SectionLabel::kOutro, 8, 0.75}};
  for (int i = 0; i < 192; ++i) {
    a.structure.energy.push_back(static_cast<float>(part()));
    a.structure.bass.push_back(static_cast<float>(part()));
    a.structure.vocal.push_back(static_cast<float>(part()));
  }
  a.structure.mix_in_s = 30.5;
  a.structure.mix_out_s = 330.25;
  a.structure.energy_level = 8;
  a.structure.spectral_tilt_db = -4.5;
  for (double at_s = 0.1; a.onsets_s.size() < 3'000; at_s += 0.05 + part() / 8) a.onsets_s.push_back(at_s);
  a.ai_generated = "c2pa: trainedAlgorithmicMedia";
  a.error = "nothing";
  return a;
}

inline void expect_times(const std::vector<double>& got, const std::vector<double>& wanted, const char* what) {
  ASSERT_EQ(got.size(), wanted.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], wanted[i], 0.6e-6) << what << " " << i;
}

inline void expect_curve(const std::vector<float>& got, const std::vector<float>& wanted, const char* what) {
  ASSERT_EQ(got.size(), wanted.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], wanted[i], 0.51 / 65'535) << what << " " << i;
}

inline void expect_same_rhythm(const model::Rhythm& got, const model::Rhythm& wanted) {
  EXPECT_EQ(got.bpm, wanted.bpm);
  EXPECT_EQ(got.confidence, wanted.confidence);
  ASSERT_EQ(got.alternatives.size(), wanted.alternatives.size());
  for (std::size_t i = 0; i < got.alternatives.size(); ++i) {
    EXPECT_EQ(got.alternatives[i].bpm, wanted.alternatives[i].bpm);
    EXPECT_EQ(got.alternatives[i].confidence, wanted.alternatives[i].confidence);
  }
  ASSERT_EQ(got.grid.markers.size(), wanted.grid.markers.size());
  for (std::size_t i = 0; i < got.grid.markers.size(); ++i) {
    EXPECT_EQ(got.grid.markers[i].at_s, wanted.grid.markers[i].at_s);
    EXPECT_EQ(got.grid.markers[i].bpm, wanted.grid.markers[i].bpm);
  }
  EXPECT_EQ(got.grid.beats_per_bar, wanted.grid.beats_per_bar);
  EXPECT_EQ(got.first_beat_s, wanted.first_beat_s);
  EXPECT_EQ(got.downbeat_s, wanted.downbeat_s);
  EXPECT_EQ(got.beats_per_bar, wanted.beats_per_bar);
  EXPECT_EQ(got.phrase_bars, wanted.phrase_bars);
  EXPECT_EQ(got.phrase_s, wanted.phrase_s);
  EXPECT_EQ(got.downbeat_confidence, wanted.downbeat_confidence);
  EXPECT_EQ(got.is_constant, wanted.is_constant);
  expect_times(got.beats_s, wanted.beats_s, "beat");
}

inline void expect_same_tonality(const model::Tonality& got, const model::Tonality& wanted) {
  EXPECT_EQ(got.key, wanted.key);
  EXPECT_EQ(got.confidence, wanted.confidence);
  EXPECT_EQ(got.tuning_cents, wanted.tuning_cents);
  ASSERT_EQ(got.alternatives.size(), wanted.alternatives.size());
  for (std::size_t i = 0; i < got.alternatives.size(); ++i) {
    EXPECT_EQ(got.alternatives[i].key, wanted.alternatives[i].key);
    EXPECT_EQ(got.alternatives[i].confidence, wanted.alternatives[i].confidence);
  }
  ASSERT_EQ(got.changes.size(), wanted.changes.size());
  for (std::size_t i = 0; i < got.changes.size(); ++i) {
    EXPECT_EQ(got.changes[i].at_s, wanted.changes[i].at_s);
    EXPECT_EQ(got.changes[i].key, wanted.changes[i].key);
    EXPECT_EQ(got.changes[i].confidence, wanted.changes[i].confidence);
  }
}

inline void expect_same_structure(const model::Structure& got, const model::Structure& wanted) {
  ASSERT_EQ(got.sections.size(), wanted.sections.size());
  for (std::size_t i = 0; i < got.sections.size(); ++i) {
    EXPECT_EQ(got.sections[i].at_s, wanted.sections[i].at_s);
    EXPECT_EQ(got.sections[i].label, wanted.sections[i].label);
    EXPECT_EQ(got.sections[i].bars, wanted.sections[i].bars);
    EXPECT_EQ(got.sections[i].energy, wanted.sections[i].energy);
  }
  expect_curve(got.energy, wanted.energy, "energy");
  expect_curve(got.bass, wanted.bass, "bass");
  expect_curve(got.vocal, wanted.vocal, "vocal");
  EXPECT_EQ(got.mix_in_s, wanted.mix_in_s);
  EXPECT_EQ(got.mix_out_s, wanted.mix_out_s);
  EXPECT_EQ(got.energy_level, wanted.energy_level);
  EXPECT_EQ(got.spectral_tilt_db, wanted.spectral_tilt_db);
}

inline void expect_same(const model::TrackAnalysis& got, const model::TrackAnalysis& wanted) {
  EXPECT_EQ(got.version, wanted.version);
  EXPECT_EQ(got.is_final, wanted.is_final);
  EXPECT_EQ(got.duration_s, wanted.duration_s);
  EXPECT_EQ(got.analysed_s, wanted.analysed_s);
  EXPECT_EQ(got.sound.start_s, wanted.sound.start_s);
  EXPECT_EQ(got.sound.end_s, wanted.sound.end_s);
  expect_same_rhythm(got.rhythm, wanted.rhythm);
  expect_same_tonality(got.tonality, wanted.tonality);
  EXPECT_EQ(got.loudness.integrated_lufs, wanted.loudness.integrated_lufs);
  EXPECT_EQ(got.loudness.range_lu, wanted.loudness.range_lu);
  EXPECT_EQ(got.loudness.true_peak_dbtp, wanted.loudness.true_peak_dbtp);
  EXPECT_EQ(got.loudness.sample_peak_db, wanted.loudness.sample_peak_db);
  EXPECT_EQ(got.loudness.clipped_runs, wanted.loudness.clipped_runs);
  EXPECT_TRUE(got.waveform.overview == wanted.waveform.overview);
  EXPECT_TRUE(got.waveform.detail == wanted.waveform.detail);
  expect_same_structure(got.structure, wanted.structure);
  expect_times(got.onsets_s, wanted.onsets_s, "onset");
  EXPECT_EQ(got.ai_generated, wanted.ai_generated);
  EXPECT_EQ(got.error, wanted.error);
  EXPECT_EQ(got.warning, wanted.warning);
}

}  // namespace segue::test
