// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include "engine/model/marks.h"

namespace segue::test {

// Marks in which every field says something.
inline model::TrackMarks full_marks() {
  using Kind = model::CuePoint::Kind;
  model::TrackMarks marks;
  marks.grid = model::BeatGrid{.markers = {{0.0521, 127.98}, {60.25, 131.5}}, .beats_per_bar = 3};
  marks.key = model::Key{1, true};
  marks.gain_db = -2.5;
  marks.cues = {{Kind::kCue, 1, 0.0521, 0, "Intro \"1\" — вступление", 0x28e214, -0.026},
                {Kind::kLoop, 2, 30.5, 34.25, "ループ", 0xff0000, 0},
                {Kind::kCue, 0, 61.125, 0, "", 0, 0},
                {Kind::kLoop, 0, 90, 98, "memory loop", 0x0000ff, 0},
                {Kind::kLoad, 0, 0.5, 0, "load", 0, 0},
                {Kind::kFadeIn, 0, 1.5, 0, "", 0, 0},
                {Kind::kFadeOut, 0, 300.5, 0, "", 0, 0}};
  marks.cue_s = 0.0625;
  marks.correction_s = -0.026;
  marks.rating = 4;
  marks.color = 0xff8800;
  marks.comment = "peak time & <late>";
  marks.play_count = 12;
  marks.last_played_s = 1'700'000'000;
  return marks;
}

// Times within `tolerance_s`, tempi within a millionth; all else equal.
inline void expect_same_marks(const model::TrackMarks& got, const model::TrackMarks& wanted, double tolerance_s = 0) {
  ASSERT_EQ(got.grid.has_value(), wanted.grid.has_value());
  if (got.grid) {
    EXPECT_EQ(got.grid->beats_per_bar, wanted.grid->beats_per_bar);
    ASSERT_EQ(got.grid->markers.size(), wanted.grid->markers.size());
    for (std::size_t i = 0; i < got.grid->markers.size(); ++i) {
      EXPECT_NEAR(got.grid->markers[i].at_s, wanted.grid->markers[i].at_s, tolerance_s) << "marker " << i;
      EXPECT_NEAR(got.grid->markers[i].bpm, wanted.grid->markers[i].bpm, 1e-6) << "marker " << i;
    }
  }
  EXPECT_EQ(got.key, wanted.key);
  EXPECT_EQ(got.gain_db, wanted.gain_db);
  ASSERT_EQ(got.cues.size(), wanted.cues.size());
  for (std::size_t i = 0; i < got.cues.size(); ++i) {
    const model::CuePoint &cue = got.cues[i], &other = wanted.cues[i];
    EXPECT_EQ(cue.kind, other.kind) << "cue " << i;
    EXPECT_EQ(cue.index, other.index) << "cue " << i;
    EXPECT_NEAR(cue.at_s, other.at_s, tolerance_s) << "cue " << i;
    EXPECT_NEAR(cue.end_s, other.end_s, tolerance_s) << "cue " << i;
    EXPECT_EQ(cue.label, other.label) << "cue " << i;
    EXPECT_EQ(cue.color, other.color) << "cue " << i;
    EXPECT_NEAR(cue.correction_s, other.correction_s, 1e-12) << "cue " << i;
  }
  ASSERT_EQ(got.cue_s.has_value(), wanted.cue_s.has_value());
  EXPECT_NEAR(got.cue_s.value_or(-1), wanted.cue_s.value_or(-1), tolerance_s);
  EXPECT_NEAR(got.correction_s, wanted.correction_s, 1e-12);
  EXPECT_EQ(got.rating, wanted.rating);
  EXPECT_EQ(got.color, wanted.color);
  EXPECT_EQ(got.comment, wanted.comment);
  EXPECT_EQ(got.play_count, wanted.play_count);
  EXPECT_EQ(got.last_played_s, wanted.last_played_s);
}

}  // namespace segue::test
