// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/structure.h"

#include <gtest/gtest.h>

#include "tests/engine/analysis/structure/listening.h"
#include "tests/support/tracks/song.h"

namespace segue::test {
namespace {

using enum model::SectionLabel;

constexpr int kRate = 22'050;

TEST(Structure, SongOfFivePartsIsToldApart) {
  const SongPlan plan{.phrase_bars = 16, .sample_rate_hz = kRate};
  const auto song = make_song(plan);
  ASSERT_TRUE(song);
  const double phrase_s = 16 * 4 * 60 / plan.bpm;
  const std::vector<model::SectionLabel> labels = {kIntro, kGroove, kBreakdown, kDrop, kOutro};
  const auto structure = structure_of(song->audio, kRate, steady_rhythm(plan.bpm, plan.first_beat_s));
  ASSERT_EQ(structure.sections.size(), labels.size()) << in_words(structure.sections);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double at_s = plan.first_beat_s + static_cast<double>(i) * phrase_s;
    EXPECT_NEAR(structure.sections[i].at_s, at_s, 0.01) << in_words(structure.sections);
    EXPECT_EQ(structure.sections[i].label, labels[i]) << in_words(structure.sections);
    EXPECT_EQ(structure.sections[i].bars, 16);
  }
  EXPECT_NEAR(structure.mix_in_s, plan.first_beat_s + phrase_s, 0.01);
  EXPECT_NEAR(structure.mix_out_s, plan.first_beat_s + 4 * phrase_s, 0.01);
}

TEST(Structure, CurvesHaveOneValueForEachBar) {
  const SongPlan plan{.phrase_bars = 8, .sample_rate_hz = kRate};
  const auto song = make_song(plan);
  ASSERT_TRUE(song);
  const auto structure = structure_of(song->audio, kRate, steady_rhythm(plan.bpm, plan.first_beat_s));
  ASSERT_EQ(structure.energy.size(), 40U);
  ASSERT_EQ(structure.bass.size(), 40U);
  // Bars 16 to 23 are the break: no drums, no bass.
  for (std::size_t bar = 0; bar < 40; ++bar) {
    const bool is_break = bar >= 16 && bar < 24;
    EXPECT_EQ(structure.energy[bar] < 0.75F, is_break) << "bar " << bar << ": energy " << structure.energy[bar];
    EXPECT_EQ(structure.bass[bar] < 0.5F, is_break) << "bar " << bar << ": bass " << structure.bass[bar];
  }
}

}  // namespace
}  // namespace segue::test
