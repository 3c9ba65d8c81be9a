// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/energy.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/engine/analysis/structure/arrangement.h"

namespace segue::test {
namespace {

constexpr int kRate = 22'050;

model::Structure structure_at(double bpm, const Layers& layers, float gain = 1) {
  Arrangement plan;
  plan.bpm = bpm;
  plan.passages = {{model::SectionLabel::kGroove, 16, layers}};
  Performance track = perform(plan);
  for (auto* side : {&track.audio.left, &track.audio.right}) {
    for (float& sample : *side) sample *= gain;
  }
  return structure_of(track.audio, plan.sample_rate_hz, steady_rhythm(bpm, plan.first_beat_s));
}

TEST(EnergyLevel, RisesWithWhatGoesOn) {
  const int pad = structure_at(80, {.pad = 0.5F}).energy_level;
  const int calm = structure_at(90, {.kick = 0.6F, .bass = 0.4F, .pad = 0.4F}).energy_level;
  const int groove =
      structure_at(120, {.kick = 1, .snare = 0.6F, .hats = 0.5F, .bass = 0.7F, .pad = 0.3F}).energy_level;
  const int peak =
      structure_at(145, {.kick = 1, .snare = 0.9F, .hats = 1, .bass = 0.9F, .pad = 0.5F, .lead = 0.6F, .roll = 0.4F})
          .energy_level;
  EXPECT_LE(pad, 3);
  EXPECT_LT(pad, calm);
  EXPECT_LT(calm, groove);
  EXPECT_LT(groove, peak);
  EXPECT_GE(peak, 8);
}

TEST(EnergyLevel, DoesNotDependOnGain) {
  const Layers layers{.kick = 1, .snare = 0.6F, .hats = 0.5F, .bass = 0.7F, .pad = 0.3F};
  const auto loud = structure_at(124, layers);
  const auto quiet = structure_at(124, layers, 0.125F);
  EXPECT_NEAR(loud.energy_level, quiet.energy_level, 1);
  EXPECT_NEAR(loud.spectral_tilt_db, quiet.spectral_tilt_db, 0.05);
}

TEST(EnergyLevel, RisesWithTempo) {
  const Layers layers{.kick = 1, .snare = 0.6F, .hats = 0.5F, .bass = 0.7F};
  int before = 0;
  for (const double bpm : {70.0, 100.0, 128.0, 174.0}) {
    const int level = structure_at(bpm, layers).energy_level;
    EXPECT_GE(level, before) << bpm;
    before = level;
  }
}

TEST(SpectralTilt, WhiteNoiseIsFlatAndRedNoiseFallsSixDecibels) {
  std::vector<float> white = noise(40 * kRate, 0.5, 3);
  EXPECT_NEAR(structure_of(StereoAudio(white), kRate, {}).spectral_tilt_db, 0, 0.3);
  float sum = 0;
  for (float& sample : white) sample = sum = 0.999F * sum + 0.02F * sample;
  EXPECT_NEAR(structure_of(StereoAudio(white), kRate, {}).spectral_tilt_db, -6, 0.5);
}

}  // namespace
}  // namespace segue::test
