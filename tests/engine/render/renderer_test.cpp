// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "tests/engine/render/desk.h"
#include "tests/support/audio/compare.h"

namespace segue::test {
namespace {

using render::Outcome;

constexpr Frames kSecond = 48'000;

TEST(Renderer, EveryFrameOfAQuantumCanBeAnEvent) {
  const StereoAudio source = StereoAudio(integer_noise(kSecond, 16, 0.2, 1));
  const MemoryTrack track(source);
  for (const Frames at : {6400, 6401, 6431, 6463}) {
    Desk desk;
    desk.load(0, track);
    desk.send(0, render::StartDeck{}, at);
    desk.play(9600, 64);
    EXPECT_EQ(difference(desk.programme().cut(at, 9000), source.cut(0, 9000 - at)), "") << at;
  }
}

TEST(Renderer, BatchOfNowCommitsOnOneFrame) {
  Desk desk(4);
  desk.play(1000, 1000);
  std::vector<render::Event> batch;
  for (std::uint8_t i = 0; i < 4; ++i) {
    batch.push_back({100U + i, render::kNow, INT64_MAX, i, false, render::SetFaderGain{0.5F}});
  }
  ASSERT_TRUE(desk.wiring().events.try_push_all(batch));
  desk.play(128, 64);
  for (std::uint64_t ticket = 100; ticket < 104; ++ticket) EXPECT_EQ(desk.commit(ticket).frame, 1024);
}

TEST(Renderer, LateEventRunsWithinItsBoundAndSaysHowLate) {
  Desk desk;
  desk.play(4800);
  const auto fine = desk.send(0, render::SetFaderGain{0.5F}, 4000, 2400);
  const auto missed = desk.send(0, render::SetFaderGain{0.2F}, 100, 2400);
  desk.play(480);
  EXPECT_EQ(desk.commit(fine).outcome, Outcome::kDone);
  EXPECT_EQ(desk.commit(fine).late_frames, 800);
  EXPECT_EQ(desk.commit(missed).outcome, Outcome::kTooLate);
  EXPECT_EQ(desk.snapshot().late_events, 2U);
}

TEST(Renderer, CancelledEventNeverHappens) {
  const MemoryTrack track(StereoAudio(sine(kSecond, 200, 48'000)));
  Desk desk;
  desk.load(0, track);
  const auto start = desk.send(0, render::StartDeck{}, 9600);
  desk.play(4800);
  const auto cancel = desk.send(0, render::CancelEvent{start});
  desk.play(9600);
  EXPECT_EQ(desk.commit(start).outcome, Outcome::kCancelled);
  EXPECT_EQ(desk.commit(cancel).outcome, Outcome::kDone);
  EXPECT_EQ(desk.deck(0).state, render::DeckState::kReady);
  const auto again = desk.send(0, render::CancelEvent{start});
  desk.play(480);
  EXPECT_EQ(desk.commit(again).outcome, Outcome::kRefused);
}

TEST(Renderer, MoreSplitsThanAQuantumBearsAreLateAndCounted) {
  Desk desk;
  std::vector<std::uint64_t> tickets;
  for (int i = 0; i < 64; ++i) tickets.push_back(desk.send(0, render::SetFaderGain{0.5F}, 6400 + i));
  desk.play(9600);
  int late = 0;
  for (const auto ticket : tickets) late += desk.commit(ticket).late_frames > 0 ? 1 : 0;
  EXPECT_EQ(late, 64 - model::kEventsPerQuantumMax);
  EXPECT_EQ(desk.snapshot().late_events, static_cast<std::uint64_t>(late));
}

TEST(Renderer, FullHeapRefusesAndCounts) {
  Desk desk;
  std::uint64_t last = 0;
  for (int i = 0; i < model::kEventsPendingMax; ++i) desk.send(0, render::SetFaderGain{0.5F}, 480'000);
  desk.play(64, 64);
  last = desk.send(0, render::SetFaderGain{0.5F}, 480'000);
  desk.play(64, 64);
  EXPECT_EQ(desk.commit(last).outcome, Outcome::kRefused);
  EXPECT_EQ(desk.snapshot().refused_events, 1U);
}

TEST(Renderer, RefusedLoadComesBack) {
  const MemoryTrack track(StereoAudio(silence(4800)));
  Desk desk;
  desk.play(48'000);
  ASSERT_TRUE(desk.wiring().tracks.reserve());
  const auto load = desk.send(0, render::LoadTrack{&track.pages(), 1, false, nullptr}, 10, 100);
  desk.play(480);
  EXPECT_EQ(desk.commit(load).outcome, Outcome::kTooLate);
  EXPECT_EQ(desk.tracks_back(), 1);
}

TEST(Renderer, SnapshotMapsFramesToTheTimeTheyAreHandedOut) {
  Desk desk;
  StereoAudio out(Frames{480});
  desk.renderer().render(out.block(0, 480), 1'000'000'000);
  // 512 frames are rendered, of which 480 went out; frame 512 goes out 512 frames after this block began.
  EXPECT_EQ(desk.snapshot().frame, 512);
  EXPECT_EQ(desk.snapshot().monotonic_ns, 1'000'000'000 + 512LL * 1'000'000'000 / 48'000);
}

}  // namespace
}  // namespace segue::test
