// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <gtest/gtest.h>

#include "engine/analysis/structure.h"
#include "tests/engine/analysis/structure/listening.h"

namespace segue::test {
namespace {

constexpr int kRate = 22'050;

void expect_sane(const model::Structure& structure, const model::SoundBounds& sound) {
  for (std::size_t i = 0; i < structure.sections.size(); ++i) {
    const auto& section = structure.sections[i];
    EXPECT_GE(section.at_s, i == 0 ? sound.start_s : structure.sections[i - 1].at_s);
    EXPECT_LE(section.at_s, sound.end_s);
    EXPECT_TRUE(section.energy >= 0 && section.energy <= 1) << section.energy;
  }
  for (const auto* curve : {&structure.energy, &structure.bass, &structure.vocal}) {
    for (const float value : *curve) EXPECT_TRUE(value >= 0 && value <= 1) << value;
  }
  EXPECT_GE(structure.mix_in_s, sound.start_s);
  EXPECT_LE(structure.mix_in_s, structure.mix_out_s);
  EXPECT_LE(structure.mix_out_s, sound.end_s);
  EXPECT_TRUE(std::isfinite(structure.spectral_tilt_db));
}

TEST(StructureOfOddInput, SilenceHasNone) {
  const StereoAudio audio(silence(60 * kRate));
  for (const auto& rhythm : {model::Rhythm{}, steady_rhythm(120, 0)}) {
    const auto structure = structure_of(audio, kRate, rhythm);
    EXPECT_TRUE(structure.sections.empty()) << in_words(structure.sections);
    EXPECT_EQ(structure.energy_level, 0);
    EXPECT_EQ(structure.spectral_tilt_db, 0);
    expect_sane(structure, {});
  }
}

TEST(StructureOfOddInput, NoiseIsOneSection) {
  const StereoAudio audio(noise(120 * kRate, 0.3, 7));
  for (const auto& rhythm : {model::Rhythm{}, steady_rhythm(120, 0.1)}) {
    const auto structure = structure_of(audio, kRate, rhythm);
    EXPECT_EQ(structure.sections.size(), 1U) << in_words(structure.sections);
    EXPECT_NEAR(structure.spectral_tilt_db, 0, 0.3);
    expect_sane(structure, bounds_of(audio, kRate));
  }
}

TEST(StructureOfOddInput, FifthOfASecondIsOneSectionAtMost) {
  for (const int frames : {1, 100, kRate / 5}) {
    const StereoAudio audio(sine(frames, 440, kRate));
    for (const auto& rhythm : {model::Rhythm{}, steady_rhythm(120, 0.05)}) {
      const auto structure = structure_of(audio, kRate, rhythm);
      EXPECT_LE(structure.sections.size(), 1U);
      expect_sane(structure, bounds_of(audio, kRate));
    }
  }
}

TEST(StructureOfOddInput, NothingPushedIsNoStructure) {
  const analysis::StructureAnalyser analyser(44'100);
  const auto structure = analyser.estimate(steady_rhythm(128, 0), {0, 100}, 100);
  EXPECT_TRUE(structure.sections.empty());
  EXPECT_EQ(structure.energy_level, 0);
}

TEST(StructureOfOddInput, CurvesHaveOneValueASecondWithoutGrid) {
  const StereoAudio audio = music(30 * kRate, {.rate_hz = kRate});
  const auto structure = structure_of(audio, kRate, {});
  EXPECT_EQ(structure.energy.size(), 30U);
  ASSERT_FALSE(structure.sections.empty());
  for (const auto& section : structure.sections) EXPECT_EQ(section.bars, 0);
  expect_sane(structure, bounds_of(audio, kRate));
}

}  // namespace
}  // namespace segue::test
