// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/take_marks.h"

#include <gtest/gtest.h>

#include "tests/engine/catalog/same_marks.h"

namespace segue::catalog {
namespace {

using model::CuePoint;

ForeignTrack theirs() {
  ForeignTrack track;
  track.title = "Blue";
  track.key = model::Key{4, true};
  track.marks = test::full_marks();
  track.marks.key.reset();
  return track;
}

TEST(TakeMarks, FillsInWhatIsNotMarkedYet) {
  ForeignLibrary library;
  const model::TrackMarks taken = taken_marks({}, theirs(), false, library);
  model::TrackMarks wanted = theirs().marks;
  wanted.key = model::Key{4, true};
  test::expect_same_marks(taken, wanted);
  EXPECT_EQ(library.skipped_count, 0);
}

TEST(TakeMarks, ASecondTimeChangesNothing) {
  ForeignLibrary library;
  const model::TrackMarks once = taken_marks({}, theirs(), false, library);
  for (const bool replace : {false, true}) {
    EXPECT_TRUE(same_marks(taken_marks(once, theirs(), replace, library), once)) << replace;
  }
  EXPECT_EQ(library.skipped_count, 0);
}

TEST(TakeMarks, WhatTheUserSaidStaysUnlessItIsToBeReplaced) {
  model::TrackMarks ours;
  ours.rating = 1;
  ours.key = model::Key{0, false};
  ours.grid = model::BeatGrid{.markers = {{1, 90}}};
  ours.comment = "mine";
  ours.play_count = 99;
  ours.cues = {{CuePoint::Kind::kCue, 1, 7, 0, "mine", 0, 0}};
  ForeignLibrary library;
  const model::TrackMarks kept = taken_marks(ours, theirs(), false, library);
  EXPECT_EQ(kept.rating, 1);
  EXPECT_EQ(kept.key, ours.key);
  EXPECT_EQ(kept.grid->markers[0].bpm, 90);
  EXPECT_EQ(kept.comment, "mine");
  EXPECT_EQ(kept.cues[0].label, "mine");
  EXPECT_EQ(kept.cues.size(), theirs().marks.cues.size()) << "the others beside it";
  EXPECT_EQ(kept.color, theirs().marks.color) << "there was none";
  ASSERT_EQ(library.skipped_count, 1);
  EXPECT_EQ(library.skipped[0].reason, "pad 1 is taken by a cue of yours");
  const model::TrackMarks replaced = taken_marks(ours, theirs(), true, library);
  EXPECT_EQ(replaced.rating, 4);
  EXPECT_EQ(replaced.key, theirs().key);
  EXPECT_EQ(replaced.grid->markers[0].bpm, 127.98);
  EXPECT_EQ(replaced.cues[0].label, theirs().marks.cues[0].label);
  EXPECT_EQ(replaced.play_count, 99) << "the larger number";
}

}  // namespace
}  // namespace segue::catalog
