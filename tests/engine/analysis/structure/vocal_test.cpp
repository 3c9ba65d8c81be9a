// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/vocal.h"

#include <numeric>

#include <gtest/gtest.h>

#include "tests/engine/analysis/structure/arrangement.h"
#include "tests/engine/analysis/structure/singer.h"

namespace segue::test {
namespace {

constexpr int kRate = 22'050;

float mean_vocal(const model::Structure& structure) {
  return std::accumulate(structure.vocal.begin(), structure.vocal.end(), 0.0F) /
         static_cast<float>(structure.vocal.size());
}

// The curve's mean over a track of one section.
float vocal_of(const Layers& layers) {
  Arrangement plan;
  plan.passages = {{model::SectionLabel::kGroove, 12, layers}};
  const Performance track = perform(plan);
  return mean_vocal(structure_of(track.audio, plan.sample_rate_hz, steady_rhythm(plan.bpm, plan.first_beat_s)));
}

TEST(Vocal, SingingAloneIsHeard) {
  for (const double low_hz : {110.0, 165.0, 220.0, 330.0}) {
    const StereoAudio voice(make_singing(kRate, 24, low_hz, 5));
    EXPECT_GE(mean_vocal(structure_of(voice, kRate, steady_rhythm(120, 0))), 0.6F) << low_hz << " Hz";
  }
}

TEST(Vocal, InstrumentsAreNone) {
  EXPECT_LE(vocal_of({.kick = 1, .snare = 0.7F, .hats = 0.8F}), 0.1F) << "drums";
  EXPECT_LE(vocal_of({.pad = 0.5F}), 0.1F) << "pad";
  EXPECT_LE(vocal_of({.pad = 0.5F, .sweeps = true}), 0.1F) << "pad that opens";
  EXPECT_LE(vocal_of({.bass = 0.8F, .lead = 0.6F}), 0.1F) << "bass and lead";
  EXPECT_LE(vocal_of({.kick = 1, .snare = 0.7F, .hats = 0.8F, .bass = 0.7F, .pad = 0.4F, .lead = 0.4F}), 0.1F) << "all";
  EXPECT_LE(vocal_of({.riser = 0.6F}), 0.1F) << "noise";
}

TEST(Vocal, SingingOverMusicIsMoreLikelyThanMusicAlone) {
  Layers music{.kick = 1, .snare = 0.5F, .hats = 0.5F, .bass = 0.6F, .pad = 0.3F};
  const float without = vocal_of(music);
  music.voice = 1.2F;
  EXPECT_GE(vocal_of(music), without + 0.3F);
}

}  // namespace
}  // namespace segue::test
