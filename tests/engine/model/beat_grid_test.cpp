// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/beat_grid.h"

#include <gtest/gtest.h>

namespace segue::model {
namespace {

const BeatGrid kSteady{.markers = {{.at_s = 0.25, .bpm = 120}}};
// 120 bpm for four seconds (eight beats), then 60.
const BeatGrid kSlowing{.markers = {{.at_s = 1, .bpm = 120}, {.at_s = 5, .bpm = 60}}};

TEST(BeatGrid, OfNoMarkersHasNoTempo) {
  const BeatGrid none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.bpm_at(3), 0);
}

TEST(BeatGrid, CountsFromOneAtTheFirstMarkerAndBackwards) {
  EXPECT_DOUBLE_EQ(kSteady.beat_at(0.25), 1);
  EXPECT_DOUBLE_EQ(kSteady.beat_at(0.75), 2);
  EXPECT_DOUBLE_EQ(kSteady.beat_at(0.0), 0.5);
  EXPECT_DOUBLE_EQ(kSteady.seconds_of_beat(1), 0.25);
  EXPECT_DOUBLE_EQ(kSteady.seconds_of_beat(129), 64.25);
  EXPECT_DOUBLE_EQ(kSteady.seconds_of_beat(-1), -0.75);
}

TEST(BeatGrid, TempoChangesAtAMarkerAndHoldsBeforeTheFirst) {
  EXPECT_EQ(kSlowing.bpm_at(0), 120);
  EXPECT_EQ(kSlowing.bpm_at(4.999), 120);
  EXPECT_EQ(kSlowing.bpm_at(5), 60);
  EXPECT_EQ(kSlowing.bpm_at(1000), 60);
}

TEST(BeatGrid, BeatsGoOnAcrossATempoChange) {
  EXPECT_DOUBLE_EQ(kSlowing.beat_at(5), 9);
  EXPECT_DOUBLE_EQ(kSlowing.beat_at(6), 10);
  EXPECT_DOUBLE_EQ(kSlowing.seconds_of_beat(9), 5);
  EXPECT_DOUBLE_EQ(kSlowing.seconds_of_beat(8.5), 4.75);
  EXPECT_DOUBLE_EQ(kSlowing.seconds_of_beat(10.5), 6.5);
}

TEST(BeatGrid, PlaceAndBeatAreInverse) {
  for (double seconds = -2; seconds < 12; seconds += 0.137) {
    EXPECT_NEAR(kSlowing.seconds_of_beat(kSlowing.beat_at(seconds)), seconds, 1e-12);
  }
}

TEST(BeatGrid, BarsAreShownAsAMusicianWritesThem) {
  EXPECT_STREQ(time_signature(2), "6/8") << "dotted quarters";
  EXPECT_STREQ(time_signature(3), "3/4");
  EXPECT_STREQ(time_signature(4), "4/4");
  EXPECT_STREQ(time_signature(6), "6/8") << "eighths";
  for (const int beats : {-2, 0, 1, 5, 7, 8, 12}) EXPECT_FALSE(is_beats_per_bar(beats)) << beats;
}

}  // namespace
}  // namespace segue::model
