// SPDX-License-Identifier: GPL-3.0-or-later
// Scheduled commands are heard on their very frame, at any block size, and unity is bit-exact.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/render/renderer.h"
#include "tests/engine/render/desk.h"
#include "tests/support/audio/compare.h"
#include "tests/support/audio/measure.h"

namespace segue::test {
namespace {

constexpr Frames kSecond = 48'000;
// White noise whose peaks between the samples, about twice as high, stay below the limiter's ceiling.
constexpr double kBelowLimiter = 0.25;
constexpr Frames kTrackFrames = 4 * kSecond;
// An impulse every this many track frames; more than a pre-roll and a fade apart.
constexpr Frames kSpacing = 2000;

StereoAudio impulses() {
  StereoAudio audio(kTrackFrames);
  for (Frames at = 0; at < kTrackFrames; at += kSpacing) {
    audio.left[static_cast<std::size_t>(at)] = 0.5F;
    audio.right[static_cast<std::size_t>(at)] = 0.5F;
  }
  return audio;
}

// The frame of the loudest value within ± 500 of `expected`, and whether it is the impulse at full level.
struct Heard {
  Frames error = 0;
  bool is_whole = false;
};

Heard listen(const StereoAudio& programme, Frames expected) {
  Frames loudest = expected - 500;
  for (Frames at = expected - 500; at <= expected + 500; ++at) {
    if (programme.left[static_cast<std::size_t>(at)] > programme.left[static_cast<std::size_t>(loudest)]) loudest = at;
  }
  const auto i = static_cast<std::size_t>(loudest);
  return {loudest - expected, programme.left[i] == 0.5F && programme.right[i] == 0.5F};
}

class CommandTiming : public testing::TestWithParam<int> {};

TEST_P(CommandTiming, IsExactToTheFrame) {
  const MemoryTrack track(impulses());
  Desk desk(2);
  Random random(static_cast<std::uint64_t>(GetParam()));
  struct Planned {
    std::uint64_t ticket;
    Frames frame;
    const char* what;
  };
  std::vector<Planned> planned;
  // Deck 0 is loaded and started, then seeks to an impulse again and again; deck 1 starts, is parked on an impulse and
  // starts again. Each command is heard as the impulse that stands at its place of the track.
  desk.load(0, track);
  desk.load(1, track);
  desk.play(4800, GetParam());
  planned.push_back({desk.send(0, render::StartDeck{}, 24'001), 24'001, "start"});
  Frames at = 30'000;
  for (int i = 0; i < 100; ++i) {
    at += 1100 + random.below(797);
    const Frames to = kSpacing * random.below(static_cast<int>((kTrackFrames - kSecond) / kSpacing));
    planned.push_back({desk.send(0, render::SeekDeck{to}, at), at, "seek"});
  }
  const Frames last = at;
  // Sent in time for each, however large the block.
  desk.play(last + 2 * kSecond - 4800, GetParam());
  const StereoAudio programme = desk.programme();
  Frames worst = 0;
  for (const Planned& one : planned) {
    const render::Commit commit = desk.commit(one.ticket);
    EXPECT_EQ(commit.outcome, render::Outcome::kDone) << one.what << " at " << one.frame;
    EXPECT_EQ(commit.frame, one.frame);
    EXPECT_EQ(commit.late_frames, 0);
    EXPECT_FALSE(commit.immediate);
    const Heard heard = listen(programme, one.frame);
    EXPECT_TRUE(heard.is_whole) << one.what << " at " << one.frame << ": the impulse on its frame is not at full level";
    worst = std::max(worst, std::abs(heard.error));
  }
  EXPECT_EQ(worst, 0) << "frames of error at a block of " << GetParam();
}

// Not jumps but levels: a fader's ramp begins on its frame, and not before.
TEST_P(CommandTiming, RampsBeginOnTheirFrame) {
  const MemoryTrack track(StereoAudio(std::vector<float>(static_cast<std::size_t>(3 * kSecond), 0.25F)));
  Desk desk(1);
  desk.load(0, track, true);
  Random random(4);
  const Frames at = 20'000 + random.below(1000);
  const auto fader = desk.send(0, render::SetFaderGain{0.5F}, at);
  desk.play(48'000, GetParam());
  const StereoAudio programme = desk.programme();
  EXPECT_EQ(desk.commit(fader).frame, at);
  EXPECT_EQ(programme.left[static_cast<std::size_t>(at - 1)], 0.25F);
  EXPECT_LT(programme.left[static_cast<std::size_t>(at + 8)], 0.25F);
  EXPECT_EQ(programme.left[static_cast<std::size_t>(at + 480)], 0.125F);
}

INSTANTIATE_TEST_SUITE_P(Blocks, CommandTiming, testing::Values(16, 64, 480, 4096),
                         [](const auto& instance) { return std::to_string(instance.param); });

// 48 kHz material of 16 and 24 bits through a deck, its channel, the mixer and the limiter: the very bits.
TEST(Unity, IsBitExactFor16And24Bits) {
  for (const int bits : {16, 24}) {
    StereoAudio audio;
    audio.left = integer_noise(4 * kSecond, bits, kBelowLimiter, 1);
    audio.right = integer_noise(4 * kSecond, bits, kBelowLimiter, 2);
    const MemoryTrack track(audio);
    Desk desk(4);
    desk.load(2, track);
    const auto start = desk.send(2, render::StartDeck{}, 4801);
    const auto seek = desk.send(2, render::SeekDeck{12'345}, 60'007);
    desk.play(2 * kSecond + 4096, 480);
    ASSERT_EQ(desk.commit(start).frame, 4801);
    ASSERT_EQ(desk.commit(seek).frame, 60'007);
    const StereoAudio programme = desk.programme();
    // From each command's frame on; before it, pre-roll and fade.
    EXPECT_EQ(difference(programme.cut(4801, 59'000), audio.cut(0, 59'000 - 4801)), "") << bits << " bits";
    EXPECT_EQ(difference(programme.cut(60'007 + 240, 90'000), audio.cut(12'345 + 240, 12'345 + 90'000 - 60'007)), "")
        << bits << " bits";
  }
}

// All but the equaliser, which stays in the path once it was used.
TEST(Unity, ReturnsAfterTempoAndLevelsWereMoved) {
  StereoAudio audio;
  audio.left = integer_noise(20 * kSecond, 16, kBelowLimiter, 1);
  audio.right = integer_noise(20 * kSecond, 16, kBelowLimiter, 2);
  const MemoryTrack track(audio);
  Desk desk(2);
  desk.load(0, track, true);
  desk.play(4800);
  desk.send(0, render::SetTrim{0.7F});
  desk.send(0, render::SetFaderGain{0.3F});
  desk.send(0, render::AssignSide{render::Side::kA});
  desk.send(0, render::SetCrossfaderPosition{0.6F});
  desk.send(0, render::SetMasterGain{0.5F});
  desk.send(0, render::SetRate{1.037});
  desk.play(kSecond);
  desk.send(0, render::SetTrim{1.0F});
  desk.send(0, render::SetFaderGain{1.0F});
  desk.send(0, render::SetCrossfaderPosition{0.0F});
  desk.send(0, render::SetMasterGain{1.0F});
  desk.send(0, render::SetRate{1.0});
  desk.play(4 * kSecond);
  const Frames from = desk.renderer().frame() - kSecond;
  const auto& deck = desk.deck(0);
  const double position = deck.anchor_position + static_cast<double>(from - deck.anchor_frame);
  ASSERT_EQ(position, std::floor(position)) << "unity lands on whole frames";
  const auto at = static_cast<Frames>(position);
  desk.play(4096);
  EXPECT_EQ(difference(desk.programme().cut(from, from + kSecond), audio.cut(at, at + kSecond)), "");
}

}  // namespace
}  // namespace segue::test
