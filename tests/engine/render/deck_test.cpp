// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "tests/engine/render/desk.h"
#include "tests/support/audio/compare.h"

namespace segue::test {
namespace {

using render::DeckState;
using render::Outcome;

constexpr double kRate = 48'000;
constexpr Frames kSecond = 48'000;

// Largest step from frame to frame. A tone of `hz` at amplitude a steps by at most 2π·hz/rate·a; a cut steps by more.
double largest_step(const StereoAudio& audio, Frames from, Frames to) {
  double largest = 0;
  for (Frames i = std::max<Frames>(from, 1); i < to; ++i) {
    const auto at = static_cast<std::size_t>(i);
    largest = std::max({largest, std::abs(double{audio.left[at]} - audio.left[at - 1]),
                        std::abs(double{audio.right[at]} - audio.right[at - 1])});
  }
  return largest;
}

double tone_step(double hz, double amplitude) { return 2 * std::numbers::pi * hz / kRate * amplitude; }

// The steepest the 1 ms fade in of a full tone adds to its own steps: π/2 ÷ 48 frames of its amplitude.
constexpr double kFadeStep = std::numbers::pi / 2 / 48;

MemoryTrack tone(double seconds, double hz = 200, double amplitude = 0.4, bool ends_quietly = false) {
  return MemoryTrack(StereoAudio(sine(static_cast<Frames>(seconds * kRate), hz, kRate, amplitude)), ends_quietly);
}

TEST(Deck, UnityIsBitExactOnceItsFadeIsOver) {
  const StereoAudio source = StereoAudio(integer_noise(2 * kSecond, 16, 0.2, 7));
  const MemoryTrack track(source);
  Desk desk;
  desk.load(0, track);
  desk.send(0, render::StartDeck{}, 1000);
  desk.play(kSecond);
  const StereoAudio heard = desk.programme();
  EXPECT_EQ(difference(heard.cut(1000, 40'000), source.cut(0, 39'000)), "");
  EXPECT_EQ(difference(heard.cut(0, 1000), StereoAudio(Frames{1000})), "");
}

TEST(Deck, ScheduledSeekReachesFullLevelOnItsFrame) {
  const StereoAudio source = StereoAudio(integer_noise(10 * kSecond, 16, 0.2, 3));
  const MemoryTrack track(source);
  Desk desk;
  desk.load(0, track);
  desk.send(0, render::StartDeck{}, 480);
  const auto seek = desk.send(0, render::SeekDeck{5 * kSecond}, 20'001);
  desk.play(kSecond);
  EXPECT_EQ(desk.commit(seek).frame, 20'001);
  EXPECT_FALSE(desk.commit(seek).immediate);
  const StereoAudio heard = desk.programme();
  EXPECT_EQ(difference(heard.cut(20'001, 40'000), source.cut(5 * kSecond, 5 * kSecond + 19'999)), "");
  EXPECT_EQ(difference(heard.cut(480, 20'001 - 240), source.cut(0, 20'001 - 720)), "") << "the pre-roll is 240 frames";
}

TEST(Deck, SeekAndStartOfOneFrameStartThere) {
  const StereoAudio source = StereoAudio(integer_noise(10 * kSecond, 16, 0.2, 4));
  const MemoryTrack track(source);
  Desk desk;
  desk.load(0, track);
  desk.send(0, render::SeekDeck{kSecond}, 5000);
  desk.send(0, render::StartDeck{}, 5000);
  desk.play(kSecond / 2);
  EXPECT_EQ(difference(desk.programme().cut(5000, 20'000), source.cut(kSecond, kSecond + 15'000)), "");
}

TEST(Deck, NothingItDoesCutsATone) {
  const MemoryTrack one = tone(10);
  const MemoryTrack two = tone(10, 230);
  Desk desk;
  desk.load(0, one, true);
  desk.play(kSecond / 4);
  desk.send(0, render::SeekDeck{3 * kSecond + 77});
  desk.play(kSecond / 4);
  desk.send(0, render::PauseDeck{});
  desk.play(kSecond / 4);
  desk.send(0, render::StartDeck{});
  desk.play(kSecond / 4);
  desk.send(0, render::SetRate{1.06});
  desk.play(kSecond / 4);
  desk.send(0, render::SetRate{1.0});
  desk.play(kSecond / 4);
  desk.load(0, two, true);
  desk.play(kSecond / 4);
  desk.send(0, render::EjectTrack{});
  desk.play(kSecond / 4);
  EXPECT_EQ(desk.tracks_back(), 2);
  EXPECT_EQ(desk.deck(0).state, DeckState::kEmpty);
  const StereoAudio heard = desk.programme();
  EXPECT_LT(largest_step(heard, 0, heard.frames()), 2 * tone_step(230, 0.4) + 2 * 0.4 * kFadeStep);
}

// Largest amplitude of a part of the programme.
double loudest(const StereoAudio& audio, Frames from, Frames to) {
  double largest = 0;
  for (Frames i = from; i < to; ++i)
    largest = std::max(largest, std::abs(double{audio.left[static_cast<std::size_t>(i)]}));
  return largest;
}

TEST(Deck, StopAndPlayOnOneFramePlaysFromThere) {
  const StereoAudio source = StereoAudio(integer_noise(10 * kSecond, 16, 0.2, 4));
  const MemoryTrack track(source);
  Desk desk;
  desk.load(0, track, true);
  desk.send(0, render::ParkDeck{3 * kSecond}, 9600);
  desk.send(0, render::StartDeck{}, 9600);
  desk.play(kSecond / 2);
  EXPECT_EQ(desk.deck(0).state, DeckState::kPlaying);
  EXPECT_EQ(desk.deck(0).position, 3.0 * kSecond + static_cast<double>(desk.snapshot().frame - 9600));
  EXPECT_EQ(difference(desk.programme().cut(9900, 20'000), source.cut(3 * kSecond + 300, 3 * kSecond + 10'400)), "");
}

TEST(Deck, PauseDuringThePrerollOfAStartStillStarts) {
  const MemoryTrack track = tone(10);
  Desk desk;
  desk.load(0, track, true);
  desk.send(0, render::StartDeck{}, 9600);
  desk.send(0, render::PauseDeck{}, 9500);
  desk.play(kSecond / 2);
  EXPECT_EQ(desk.deck(0).state, DeckState::kPlaying);
  EXPECT_GT(loudest(desk.programme(), 12'000, 20'000), 0.35);
}

TEST(Deck, ManyJumpsInOneQuantumStillSound) {
  for (const int jumps : {9, 20, 31}) {
    for (const int apart : {0, 1, 2}) {
      const StereoAudio source = StereoAudio(integer_noise(10 * kSecond, 16, 0.2, 4));
      const MemoryTrack track(source);
      Desk desk;
      desk.load(0, track, true);
      desk.play(9600, 64);
      for (int i = 0; i < jumps; ++i) desk.send(0, render::SeekDeck{kSecond + i * 1000}, 9600 + i * apart);
      desk.play(9600, 64);
      ASSERT_EQ(desk.deck(0).state, DeckState::kPlaying);
      const Frames at = 9600 + (jumps - 1) * apart;
      const Frames there = kSecond + (jumps - 1) * 1000;
      EXPECT_EQ(difference(desk.programme().cut(at + 300, at + 8000), source.cut(there + 300, there + 8000)), "");
    }
  }
}

TEST(Deck, StandsAtARateThatIsNextToNothing) {
  const MemoryTrack track = tone(10);
  Desk desk;
  desk.load(0, track, true);
  desk.send(0, render::SetRate{1e-15});
  desk.play(kSecond);
  EXPECT_EQ(desk.deck(0).state, DeckState::kPlaying);
  EXPECT_EQ(loudest(desk.programme(), kSecond / 2, kSecond - 200), 0.0) << "a standing track is no offset";
}

TEST(Deck, StormOfSeeksNeverCutsATone) {
  const MemoryTrack track = tone(10);
  Desk desk;
  desk.load(0, track, true);
  Random random(5);
  for (int i = 0; i < 2000; ++i) {
    desk.send(0, render::SeekDeck{static_cast<Frames>(random.between(0, 9 * kRate))},
              desk.renderer().frame() + random.below(128));
    desk.play(1 + random.below(100), 100);
  }
  const StereoAudio heard = desk.programme();
  EXPECT_GT(loudest(heard, heard.frames() - 2000, heard.frames()), 0.1) << "it still sounds";
  // Up to nine voices of one amplitude may lie on top of each other.
  EXPECT_LT(largest_step(heard, 0, heard.frames()), 9 * (tone_step(200, 0.4) + 0.4 * kFadeStep));
  EXPECT_EQ(desk.deck(0).state, DeckState::kPlaying);
}

TEST(Deck, PauseHoldsAWholeFrameAndResumesThere) {
  const MemoryTrack track = tone(10);
  Desk desk;
  desk.load(0, track);
  desk.send(0, render::SetRate{1.037});
  desk.send(0, render::StartDeck{}, 64);
  desk.send(0, render::PauseDeck{}, 20'000);
  desk.play(kSecond);
  const double paused = desk.deck(0).position;
  EXPECT_EQ(paused, std::round((20'000 - 64) * 1.037));
  EXPECT_EQ(desk.deck(0).state, DeckState::kPaused);
  desk.send(0, render::StartDeck{}, 60'000);
  desk.play(kSecond);
  EXPECT_DOUBLE_EQ(desk.deck(0).position, paused + static_cast<double>(desk.snapshot().frame - 60'000) * 1.037);
}

TEST(Deck, LandsOnAWholeFrameAtItsOwnTempo) {
  const StereoAudio source = StereoAudio(integer_noise(10 * kSecond, 16, 0.2, 9));
  const MemoryTrack track(source);
  Desk desk;
  desk.load(0, track, true);
  desk.send(0, render::SetRate{1.0333}, 5000);
  desk.send(0, render::SetRate{1.0}, 15'000);
  desk.play(kSecond);
  const auto at = static_cast<Frames>(std::llround(5000 + 10'000 * 1.0333));
  EXPECT_EQ(difference(desk.programme().cut(16'000, 40'000), source.cut(at + 1000, at + 25'000)), "");
}

TEST(Deck, FadesAtTheEndOfATrackThatDoesNot) {
  const MemoryTrack track = tone(0.5);
  Desk desk;
  desk.load(0, track);
  desk.send(0, render::StartDeck{}, 640);
  desk.play(kSecond);
  EXPECT_EQ(desk.deck(0).state, DeckState::kEnded);
  EXPECT_EQ(desk.deck(0).ends, 1U);
  const StereoAudio heard = desk.programme();
  EXPECT_LT(largest_step(heard, 0, heard.frames()), tone_step(200, 0.4) + 0.4 * kFadeStep);
  EXPECT_EQ(difference(heard.cut(640 + 24'000, heard.frames()), StereoAudio(heard.frames() - 640 - 24'000)), "");
  desk.send(0, render::StartDeck{});
  desk.play(kSecond / 4);
  EXPECT_EQ(desk.deck(0).state, DeckState::kPlaying) << "an ended deck starts from the beginning";
}

TEST(Deck, LeavesAQuietEndAlone) {
  const StereoAudio source = StereoAudio(integer_noise(9999, 16, 0.2, 9));
  const MemoryTrack track(source, true);
  Desk desk;
  desk.load(0, track);
  desk.send(0, render::StartDeck{}, 640);
  desk.play(kSecond / 2);
  EXPECT_EQ(difference(desk.programme().cut(640, 640 + 9999), source), "");
}

TEST(Deck, FadesBeforeAHoleWithNothingBeforeItAndCountsOneUnderrun) {
  MemoryTrack track = tone(10);
  track.hide(0, 5);  // there is nothing to repeat
  track.hide(6, 12);
  Desk desk;
  desk.load(0, track);
  desk.send(0, render::SetBeats{1, 0, 40'000});
  desk.send(0, render::SeekDeck{5 * 4096 + 256, nullptr});
  desk.send(0, render::StartDeck{nullptr});
  const Frames hole = 4096 - 256;
  desk.play(hole + 8000);
  EXPECT_EQ(desk.deck(0).underruns, 1U);
  track.show(6, 12);
  desk.play(kSecond / 2);
  EXPECT_EQ(desk.deck(0).underruns, 1U);
  const StereoAudio heard = desk.programme();
  EXPECT_LT(largest_step(heard, 0, heard.frames()), tone_step(200, 0.4) + 0.4 * kFadeStep);
  EXPECT_EQ(heard.left[static_cast<std::size_t>(hole) + 1000], 0.0F);
  EXPECT_GT(largest_step(heard, heard.frames() - 4000, heard.frames()), 0.8 * tone_step(200, 0.4)) << "it came back";
  EXPECT_DOUBLE_EQ(desk.deck(0).position, static_cast<double>(desk.snapshot().frame + 5 * 4096 + 256))
      << "the playhead never stopped";
}

TEST(Deck, OneDeckRunningDryLeavesTheOtherBitExact) {
  MemoryTrack hole = tone(10);
  hole.hide(0, 2000);
  const StereoAudio source = StereoAudio(integer_noise(10 * kSecond, 16, 0.2, 2));
  const MemoryTrack track(source);
  Desk desk;
  desk.load(0, hole, true);
  desk.load(1, track);
  desk.send(1, render::StartDeck{}, 640);
  desk.play(kSecond);
  EXPECT_EQ(difference(desk.programme().cut(20'000, 40'000), source.cut(20'000 - 640, 40'000 - 640)), "");
}

TEST(Deck, LoadOnAPlayingDeckGivesTheOldTrackBackAfterItsFade) {
  const MemoryTrack one = tone(10);
  const MemoryTrack two = tone(10);
  Desk desk;
  desk.load(0, one, true);
  desk.play(9600);
  desk.load(0, two, false);
  desk.play(64, 64);
  EXPECT_EQ(desk.tracks_back(), 0) << "it still fades";
  desk.play(kSecond / 10);
  EXPECT_EQ(desk.tracks_back(), 1);
  EXPECT_EQ(desk.deck(0).state, DeckState::kReady);
  EXPECT_EQ(desk.deck(0).load_id, 2U);
}

TEST(Deck, EmptyDeckRefusesWhatNeedsATrack) {
  Desk desk;
  const auto start = desk.send(0, render::StartDeck{});
  const auto pause = desk.send(0, render::PauseDeck{});
  const auto seek = desk.send(0, render::SeekDeck{5});
  const auto later = desk.send(0, render::StartDeck{}, 4800);
  const auto rate = desk.send(0, render::SetRate{1.02});
  desk.play(9600);
  EXPECT_EQ(desk.commit(start).outcome, Outcome::kRefused);
  EXPECT_EQ(desk.commit(pause).outcome, Outcome::kRefused);
  EXPECT_EQ(desk.commit(seek).outcome, Outcome::kRefused);
  EXPECT_EQ(desk.commit(later).outcome, Outcome::kRefused);
  EXPECT_EQ(desk.commit(rate).outcome, Outcome::kDone);
}

TEST(Deck, EjectDuringAPrerollLeavesSilence) {
  const MemoryTrack track = tone(10);
  Desk desk;
  desk.load(0, track);
  const auto start = desk.send(0, render::StartDeck{}, 4800);
  desk.send(0, render::EjectTrack{}, 4700);
  desk.play(9600);
  EXPECT_EQ(desk.commit(start).outcome, Outcome::kRefused);
  EXPECT_EQ(desk.tracks_back(), 1);
  EXPECT_EQ(desk.programme().left[6000], 0.0F);
}

TEST(Deck, PauseDuringAPrerollOfASeekKeepsItSilent) {
  const MemoryTrack track = tone(10);
  Desk desk;
  desk.load(0, track, true);
  desk.send(0, render::SeekDeck{2 * kSecond}, 9600);
  desk.send(0, render::PauseDeck{}, 9500);
  desk.play(kSecond / 2);
  EXPECT_EQ(desk.deck(0).state, DeckState::kPaused);
  EXPECT_EQ(desk.deck(0).position, 2.0 * kSecond);
  EXPECT_EQ(desk.programme().left[12'000], 0.0F);
}

}  // namespace
}  // namespace segue::test
