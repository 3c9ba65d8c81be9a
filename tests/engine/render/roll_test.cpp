// SPDX-License-Identifier: GPL-3.0-or-later
// What is heard while pages are missing: the last beat, in time, without a click, until the track can go on.
#include "engine/render/roll.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/engine/render/desk.h"
#include "tests/support/audio/clicks.h"
#include "tests/support/audio/compare.h"
#include "tests/support/audio/measure.h"

namespace segue::test {
namespace {

constexpr Frames kSecond = 48'000;
constexpr Frames kBeat = 22'500;  // at 128 bpm
constexpr Frames kPage = rt::kPageFrames;

MemoryTrack song(int seconds = 20) { return MemoryTrack(music(seconds * kSecond, {.bpm = 128, .has_hats = false})); }

void set_beats(Desk& desk, int deck) { desk.send(deck, render::SetBeats{1, 0, kBeat}); }

double level(const StereoAudio& audio, Frames from, Frames to) {
  double sum = 0;
  for (Frames i = from; i < to; ++i) sum += std::pow(audio.left[static_cast<std::size_t>(i)], 2);
  return std::sqrt(sum / static_cast<double>(to - from));
}

TEST(Roll, RepeatsTheLastWholeBeatInPhase) {
  MemoryTrack track = song();
  track.hide(20, 400);  // from frame 81,920 on: 3.64 beats
  Desk desk(1);
  desk.load(0, track, true);
  desk.play(kSecond / 10);
  set_beats(desk, 0);
  desk.play(8 * kSecond);
  const render::DeckSnapshot& deck = desk.deck(0);
  EXPECT_TRUE(deck.is_rolling);
  EXPECT_EQ(deck.rolls, 1U);
  EXPECT_EQ(deck.underruns, 1U);
  EXPECT_LE(deck.roll_from, 2 * kBeat);
  EXPECT_GE(deck.roll_to, 3 * kBeat);
  const StereoAudio source = music(20 * kSecond, {.bpm = 128, .has_hats = false});
  const StereoAudio heard = desk.programme();
  // In the middle of a repetition it is the third beat of the track, at its very place in the beat.
  for (int beat = 5; beat < 15; ++beat) {
    const Frames from = beat * kBeat + 1000;
    EXPECT_EQ(difference(heard.cut(from, from + kBeat - 2000), source.cut(2 * kBeat + 1000, 3 * kBeat - 1000)), "")
        << "beat " << beat;
  }
}

TEST(Roll, NeitherGoingInNorRepeatingNorComingBackClicks) {
  MemoryTrack track = song();
  track.hide(20, 120);
  Desk desk(1);
  desk.load(0, track, true);
  desk.play(kSecond / 10);
  set_beats(desk, 0);
  desk.play(5 * kSecond);
  track.show(20, 120);
  desk.play(6 * kSecond);
  EXPECT_FALSE(desk.deck(0).is_rolling);
  const auto clicks = find_clicks(desk.programme());
  EXPECT_TRUE(clicks.empty()) << describe(clicks);
  EXPECT_TRUE(find_dropouts(desk.programme().left).empty());
}

TEST(Roll, ComesBackOnABeatOfThePlayhead) {
  MemoryTrack track = song();
  track.hide(20, 400);
  Desk desk(1);
  desk.load(0, track, true);
  desk.play(kSecond / 10);
  set_beats(desk, 0);
  desk.play(4 * kSecond);
  track.show(20, 400);
  desk.play(5 * kSecond);
  const render::DeckSnapshot& deck = desk.deck(0);
  EXPECT_FALSE(deck.is_rolling);
  EXPECT_DOUBLE_EQ(deck.position, static_cast<double>(desk.snapshot().frame)) << "the playhead never stopped";
  const StereoAudio source = music(20 * kSecond, {.bpm = 128, .has_hats = false});
  const StereoAudio heard = desk.programme();
  // The first beat after the pages came: at full level on its first frame, bit for bit the track from there on.
  const Frames back = (static_cast<Frames>(4.1 * kSecond) / kBeat + 1) * kBeat;
  EXPECT_EQ(difference(heard.cut(back, heard.frames()), source.cut(back, heard.frames())), "");
  EXPECT_NE(difference(heard.cut(back - kBeat / 2, back - 1000), source.cut(back - kBeat / 2, back - 1000)), "")
      << "until then it rolled";
}

TEST(Roll, WaitsForTwoSecondsOfPagesBeforeItReturns) {
  MemoryTrack track = song();
  track.hide(20, 400);
  Desk desk(1);
  desk.load(0, track, true);
  desk.play(3 * kSecond);
  ASSERT_TRUE(desk.deck(0).is_rolling);
  const auto here = static_cast<std::int64_t>(desk.deck(0).position) / kPage;
  track.show(20, here + 20);  // 1.7 s
  desk.play(kSecond / 4);
  EXPECT_TRUE(desk.deck(0).is_rolling);
  track.show(here + 20, 400);
  desk.play(kSecond);
  EXPECT_FALSE(desk.deck(0).is_rolling);
  EXPECT_EQ(desk.deck(0).rolls, 1U);
}

TEST(Roll, WithoutAWholeBeatRepeatsWhatThereIs) {
  MemoryTrack track = song();
  track.hide(4, 400);  // 16,384 frames: less than a beat
  Desk desk(1);
  desk.load(0, track, true);
  desk.play(500);
  set_beats(desk, 0);
  desk.play(3 * kSecond);
  EXPECT_TRUE(desk.deck(0).is_rolling);
  EXPECT_LE(desk.deck(0).roll_to - desk.deck(0).roll_from, kBeat / 2 + 2);
  const StereoAudio heard = desk.programme();
  EXPECT_GT(level(heard, 2 * kSecond, 3 * kSecond - 1000), 0.01) << "it goes on sounding";
  EXPECT_TRUE(find_clicks(heard).empty()) << describe(find_clicks(heard));
}

TEST(Roll, AJumpIntoAHoleRollsWhatWasHeardLast) {
  MemoryTrack track = song();
  track.hide(100, 400);
  Desk desk(1);
  desk.load(0, track, true);
  desk.play(kSecond / 10);
  set_beats(desk, 0);
  desk.play(3 * kSecond);
  desk.send(0, render::SeekDeck{500'000, nullptr}, 4 * kSecond);
  desk.play(3 * kSecond);
  EXPECT_TRUE(desk.deck(0).is_rolling);
  EXPECT_LT(desk.deck(0).roll_to, 5 * kSecond);
  const StereoAudio heard = desk.programme();
  EXPECT_GT(level(heard, 5 * kSecond, 6 * kSecond), 0.01);
  EXPECT_TRUE(find_clicks(heard).empty()) << describe(find_clicks(heard));
  track.show(100, 400);
  desk.play(2 * kSecond);
  EXPECT_FALSE(desk.deck(0).is_rolling);
}

TEST(Roll, AJumpOutOfItPlaysThereAtOnce) {
  MemoryTrack track = song();
  track.hide(60, 120);
  const StereoAudio source = music(20 * kSecond, {.bpm = 128, .has_hats = false});
  Desk desk(1);
  desk.load(0, track, true);
  desk.play(7 * kSecond);
  ASSERT_TRUE(desk.deck(0).is_rolling);
  desk.send(0, render::SeekDeck{500'000, nullptr}, 8 * kSecond);
  desk.play(2 * kSecond);
  EXPECT_FALSE(desk.deck(0).is_rolling);
  EXPECT_EQ(difference(desk.programme().cut(8 * kSecond, 8 * kSecond + 20'000), source.cut(500'000, 520'000)), "");
  EXPECT_TRUE(find_clicks(desk.programme()).empty()) << describe(find_clicks(desk.programme()));
}

TEST(Roll, PausingEndsItInSilence) {
  MemoryTrack track = song();
  track.hide(20, 400);
  Desk desk(1);
  desk.load(0, track, true);
  desk.play(4 * kSecond);
  ASSERT_TRUE(desk.deck(0).is_rolling);
  desk.send(0, render::PauseDeck{});
  desk.play(kSecond);
  EXPECT_FALSE(desk.deck(0).is_rolling);
  EXPECT_FALSE(desk.deck(0).is_audible);
  EXPECT_TRUE(find_clicks(desk.programme()).empty()) << describe(find_clicks(desk.programme()));
}

TEST(Roll, FollowsTheTempo) {
  MemoryTrack track = song();
  track.hide(20, 400);
  Desk desk(1);
  desk.load(0, track, true);
  desk.play(kSecond / 10);
  set_beats(desk, 0);
  desk.play(3 * kSecond);
  desk.send(0, render::SetRate{1.06});
  desk.play(3 * kSecond);
  ASSERT_TRUE(desk.deck(0).is_rolling);
  track.show(20, 400);
  desk.play(2 * kSecond);
  EXPECT_FALSE(desk.deck(0).is_rolling);
  const StereoAudio heard = desk.programme();
  EXPECT_TRUE(find_clicks(heard).empty()) << describe(find_clicks(heard));
  EXPECT_GT(level(heard, 5 * kSecond, 6 * kSecond), 0.01);
}

TEST(Roll, CountsItsLengthAndGivesTheTrackBack) {
  MemoryTrack track = song();
  track.hide(20, 400);
  Desk desk(1);
  desk.load(0, track, true);
  desk.play(4 * kSecond);
  const Frames rolled = desk.deck(0).rolled_frames;
  EXPECT_NEAR(static_cast<double>(rolled), 4.0 * kSecond - 20 * kPage, 700.0);
  desk.send(0, render::EjectTrack{});
  desk.play(kSecond);
  EXPECT_EQ(desk.tracks_back(), 1);
  EXPECT_EQ(desk.deck(0).rolled_frames, rolled);
}

TEST(Roll, EndsWithTheTrack) {
  MemoryTrack track = song(6);
  track.hide(20, 80);
  Desk desk(1);
  desk.load(0, track, true);
  desk.play(7 * kSecond);
  EXPECT_EQ(desk.deck(0).state, render::DeckState::kEnded);
  EXPECT_FALSE(desk.deck(0).is_rolling);
  EXPECT_FALSE(desk.deck(0).is_audible);
}

TEST(Roll, LeavesTheOtherDeckBitExact) {
  MemoryTrack whole = song();
  MemoryTrack hole = song();
  hole.hide(20, 400);
  const StereoAudio source = StereoAudio(integer_noise(10 * kSecond, 16, 0.2, 2));
  const MemoryTrack track(source);
  const auto alone = [&](bool with_hole) {
    Desk desk(2);
    desk.load(0, with_hole ? hole : whole, true);
    desk.send(0, render::SetTrim{0.0F});
    desk.load(1, track);
    desk.send(1, render::StartDeck{}, 6400);
    desk.play(5 * kSecond);
    return desk.programme().cut(6400 + 1000, 5 * kSecond - 1000);
  };
  EXPECT_EQ(difference(alone(true), alone(false)), "");
}

TEST(Roll, StormOfHolesJumpsAndTemposNeverClicks) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Random random(seed);
    MemoryTrack track = song();
    Desk desk(1);
    desk.load(0, track, true);
    desk.play(kSecond / 10);
    set_beats(desk, 0);
    for (int i = 0; i < 40; ++i) {
      const auto here = static_cast<std::int64_t>(desk.deck(0).position) / kPage;
      if (random.unit() < 0.5) track.hide(std::max<std::int64_t>(here + 2, 3), 234);
      if (random.unit() < 0.5) track.show(0, 235);
      if (random.unit() < 0.15) desk.send(0, render::SeekDeck{random.below(10 * kSecond), nullptr});
      if (random.unit() < 0.1) desk.send(0, render::SetRate{random.between(0.94, 1.06)});
      if (desk.deck(0).position > 17 * kSecond) desk.send(0, render::SeekDeck{kSecond, nullptr});
      desk.play(kSecond / 8 + random.below(kSecond / 4), 64 + random.below(900));
    }
    const auto clicks = find_clicks(desk.programme(), {.floor_db = -46});
    EXPECT_TRUE(clicks.empty()) << "seed " << seed << ": " << describe(clicks);
  }
}

}  // namespace
}  // namespace segue::test
