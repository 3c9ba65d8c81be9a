// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tracks/song.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "tests/support/audio/clicks.h"

namespace segue::test {
namespace {

SongPlan short_plan() {
  return {.bpm = 126.3, .key = "Am", .first_beat_s = 0.321, .phrase_bars = 1, .sections = {Section::kIntro}};
}

// Level of one frequency over a stretch of the left channel (Goertzel's sum, written out).
double level_at(const Song& song, double frequency_hz, Frames from, Frames to) {
  double re = 0.0;
  double im = 0.0;
  for (Frames frame = from; frame < to; ++frame) {
    const double phase = 2.0 * std::numbers::pi * frequency_hz * static_cast<double>(frame) / song.plan.sample_rate_hz;
    re += song.audio.left[static_cast<std::size_t>(frame)] * std::cos(phase);
    im += song.audio.left[static_cast<std::size_t>(frame)] * std::sin(phase);
  }
  return std::hypot(re, im) / static_cast<double>(to - from);
}

TEST(Song, SamePlanGivesSameSamples) {
  const auto one = make_song(short_plan());
  const auto two = make_song(short_plan());
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->audio.left, two->audio.left);
  EXPECT_EQ(one->audio.right, two->audio.right);
}

TEST(Song, FirstBeatIsTheFirstSound) {
  const auto song = make_song(short_plan());
  ASSERT_TRUE(song);
  const auto first = song->beat_frame(0);
  EXPECT_EQ(first, std::llround(0.321 * 44'100));
  for (Frames frame = 0; frame < first; ++frame)
    ASSERT_EQ(song->audio.left[static_cast<std::size_t>(frame)], 0.0F) << "frame " << frame;
  EXPECT_NE(song->audio.left[static_cast<std::size_t>(first)], 0.0F);
}

TEST(Song, BeatsDoNotDrift) {
  SongPlan plan = short_plan();
  plan.phrase_bars = 16;
  const auto song = make_song(plan);
  ASSERT_TRUE(song);
  for (int beat = 0; beat < song->beats(); ++beat) {
    const double exact = (plan.first_beat_s + beat * 60.0 / plan.bpm) * plan.sample_rate_hz;
    EXPECT_NEAR(static_cast<double>(song->beat_frame(beat)), exact, 0.5) << "beat " << beat;
  }
}

TEST(Song, KicksStrikeOnEveryBeat) {
  const auto song = make_song(short_plan());
  ASSERT_TRUE(song);
  const Frames window = song->plan.sample_rate_hz / 100;
  for (int beat = 0; beat < song->beats(); ++beat) {
    const auto at = song->beat_frame(beat);
    const double before = level_at(*song, 120.0, at - window, at);
    const double after = level_at(*song, 120.0, at, at + window);
    EXPECT_GT(after, 10.0 * before) << "beat " << beat;
  }
}

TEST(Song, SectionsHaveWhatTheySay) {
  SongPlan plan = short_plan();
  plan.sections = {Section::kIntro, Section::kBreak, Section::kDrop};
  const auto song = make_song(plan);
  ASSERT_TRUE(song);
  const auto level = [&](int bar, double frequency_hz) {
    return level_at(*song, frequency_hz, song->beat_frame(bar * 4), song->beat_frame(bar * 4 + 4));
  };
  // C4, the fifth of the second bar's chord of F major, two cents up on the left.
  EXPECT_GT(level(1, 261.63 * 1.0012), 20.0 * level(0, 261.63 * 1.0012));
  EXPECT_GT(level(2, 48.0), 10.0 * level(1, 48.0));
}

TEST(Song, KeyIsTheOneAskedFor) {
  SongPlan plan = short_plan();
  plan.sections = {Section::kBreak};
  plan.key = "C#m";
  const auto minor = make_song(plan);
  plan.key = "C#";
  const auto major = make_song(plan);
  ASSERT_TRUE(minor && major);
  const auto level = [](const Song& song, double frequency_hz) {
    return level_at(song, frequency_hz * 1.0012, song.beat_frame(0), song.beat_frame(2));
  };
  // E4 is the minor third of C sharp, F4 the major one.
  EXPECT_GT(level(*minor, 329.63), 5.0 * level(*minor, 349.23));
  EXPECT_GT(level(*major, 349.23), 5.0 * level(*major, 329.63));
}

TEST(Song, PeakIsTheOneAskedFor) {
  const auto song = make_song(short_plan());
  ASSERT_TRUE(song);
  float peak = 0.0F;
  for (const float sample : song->audio.left) peak = std::max(peak, std::abs(sample));
  for (const float sample : song->audio.right) peak = std::max(peak, std::abs(sample));
  EXPECT_NEAR(peak, 0.5, 1e-6);
}

TEST(Song, MusicHasNoClicks) {
  SongPlan plan = short_plan();
  plan.phrase_bars = 2;
  plan.sections = {Section::kGroove, Section::kBreak, Section::kDrop};
  const auto song = make_song(plan);
  ASSERT_TRUE(song);
  const auto clicks = find_clicks(song->audio);
  EXPECT_TRUE(clicks.empty()) << describe(clicks);
}

TEST(Song, UnknownKeyIsRefused) {
  for (const char* key : {"", "H", "Am7", " ", "am"}) {
    SongPlan plan = short_plan();
    plan.key = key;
    const auto song = make_song(plan);
    ASSERT_FALSE(song) << key;
    EXPECT_EQ(song.error().reason, "KEY_UNKNOWN");
  }
}

}  // namespace
}  // namespace segue::test
