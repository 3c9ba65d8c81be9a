// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/metre.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/engine/analysis/key/song.h"

namespace segue::analysis {
namespace {

constexpr int kRate = 22050;

// A rhythm of beats at `bpm` from `first_s` on, as it comes from the analyser of beats.
model::Rhythm rhythm_of(double bpm, double first_s, double end_s) {
  model::Rhythm rhythm;
  rhythm.bpm = bpm;
  rhythm.confidence = 1;
  rhythm.first_beat_s = rhythm.downbeat_s = first_s;
  rhythm.grid.markers.push_back({first_s, bpm});
  for (double at_s = first_s; at_s < end_s; at_s += 60 / bpm) rhythm.beats_s.push_back(at_s);
  return rhythm;
}

void complete(model::Rhythm& rhythm, const std::vector<float>& mono) {
  Spectrum spectrum(kRate);
  Chroma chroma(kRate);
  MetreAnalyser metre;
  spectrum.push(mono, [&](const SpectrumFrame& frame) { metre.push(frame); });
  chroma.push(mono);
  metre.complete(rhythm, chroma);
}

// Chords of two seconds and a snare on each second of four beats, with the first `cut_s` taken off.
std::vector<float> song(double cut_s) {
  auto mono = test::render({.sample_rate_hz = kRate, .seconds = 40, .progression = test::usual_progression(false)});
  mono.erase(mono.begin(), mono.begin() + static_cast<std::ptrdiff_t>(cut_s * kRate));
  return mono;
}

TEST(Metre, BarsBeginWhereTheHarmonyChanges) {
  for (int beats = 0; beats < 4; ++beats) {
    model::Rhythm rhythm = rhythm_of(120, 0, 40 - 0.5 * beats);
    const auto before = rhythm.beats_s;
    complete(rhythm, song(0.5 * beats));
    const double expected_s = beats == 0 ? 0 : 2 - 0.5 * beats;
    EXPECT_EQ(rhythm.beats_per_bar, 4);
    EXPECT_NEAR(rhythm.downbeat_s, expected_s, 1e-9) << beats << " beats cut off";
    EXPECT_GT(rhythm.downbeat_confidence, 0.5) << beats << " beats cut off";
    EXPECT_NEAR(rhythm.grid.markers.front().at_s, expected_s, 1e-9);
    EXPECT_EQ(rhythm.grid.beats_per_bar, 4);
    EXPECT_EQ(rhythm.beats_s, before);
  }
}

TEST(Metre, MarkersBehindTheFirstStay) {
  model::Rhythm rhythm = rhythm_of(120, 0, 39);
  rhythm.grid.markers.push_back({0.5, 120});
  rhythm.grid.markers.push_back({10, 120});
  complete(rhythm, song(1));
  ASSERT_EQ(rhythm.grid.markers.size(), 3U);
  EXPECT_NEAR(rhythm.downbeat_s, 1, 1e-9);
  EXPECT_NEAR(rhythm.grid.markers[0].at_s, -1, 1e-9) << "a bar earlier: the next marker is in between";
  EXPECT_NEAR(rhythm.grid.markers[1].at_s, 0.5, 1e-9);
  EXPECT_NEAR(std::fmod(rhythm.grid.beat_at(rhythm.downbeat_s), 4), 1, 1e-6);
}

TEST(Metre, WithoutBeatsNothingIsSaid) {
  model::Rhythm rhythm;
  complete(rhythm, song(0));
  EXPECT_EQ(rhythm.downbeat_confidence, 0);
  EXPECT_TRUE(rhythm.grid.empty());
  EXPECT_EQ(rhythm.phrase_bars, 0);
}

TEST(Metre, SilenceHasNoDownbeatThatIsTrusted) {
  model::Rhythm rhythm = rhythm_of(120, 0, 20);
  complete(rhythm, std::vector<float>(kRate * 20));
  EXPECT_LT(rhythm.downbeat_confidence, 0.3);
}

}  // namespace
}  // namespace segue::analysis
