// SPDX-License-Identifier: GPL-3.0-or-later
// Storms of commands on music that has no click: what comes out has none above −50 dBFS either.
#include "tests/support/audio/clicks.h"

#include <vector>

#include <gtest/gtest.h>

#include "engine/render/renderer.h"
#include "tests/engine/render/desk.h"
#include "tests/engine/render/realtime/storm.h"
#include "tests/support/audio/measure.h"

namespace segue::test {
namespace {

constexpr Frames kSecond = 48'000;

struct StormRun {
  StormOptions storm;
  double amplitude = 0.3;
  int steps_per_s = 5;
};

// Renders 30 seconds of a storm and expects no click, or names what was done about where it is.
void expect_no_clicks(const StormRun& run) {
  auto tracks = storm_tracks(12, 20 * kSecond, run.amplitude, run.storm.seed + 100);
  auto [renderer, wiring] = render::Renderer::create({.sample_rate_hz = 48'000, .decks = run.storm.decks});
  Storm storm(run.storm, wiring, tracks);
  storm.begin();
  StereoAudio sound(30 * kSecond);
  constexpr int kBlock = 64;
  const Frames blocks_per_step = kSecond / kBlock / run.steps_per_s;
  for (Frames at = 0; at < sound.frames(); at += kBlock) {
    renderer->render(sound.block(at, kBlock), 0);
    if (at / kBlock % blocks_per_step == 0) storm.step();
  }
  storm.step();
  EXPECT_EQ(storm.wrong(), "");
  EXPECT_GT(rms(sound.left), 0.01) << "silence has no clicks either";
  EXPECT_LE(std::max(peak(sound.left), peak(sound.right)), 0.8914) << "the limiter's ceiling of -1 dB";
  const auto clicks = find_clicks(sound, {.floor_db = -50});
  EXPECT_TRUE(clicks.empty()) << "seed " << run.storm.seed << ": " << describe(clicks);
  for (const Click& click : clicks)
    ADD_FAILURE() << "around it:" << storm.around(click.at - renderer->latency_frames(), 1000);
}

// A tempo within a pitch fader's range, 10 ms between a deck's events, and nothing in a track's last second: a leap of
// tempo is a kink in the wave, a start taken back within a millisecond is a click by itself, and ends have tests below.
StormOptions gentle(std::uint64_t seed, int decks) {
  return {.seed = seed, .decks = decks, .jumps_tempo = false, .apart = 480, .end_margin = kSecond};
}

TEST(StormSound, OfJumpsHasNoClicks) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    StormOptions storm = gentle(seed, 2);
    storm.moves_levels = false;
    expect_no_clicks({.storm = storm, .amplitude = 0.4});
  }
}

TEST(StormSound, OfEverythingHasNoClicks) {
  for (const std::uint64_t seed : {4, 5, 6}) expect_no_clicks({.storm = gentle(seed, 4), .steps_per_s = 10});
}

// A tone that stops dead at the last frame of its track, as a truncated file does.
class AbruptEnd : public testing::Test {
 protected:
  static constexpr Frames kLength = 4 * kSecond + 1000;
  // The frame of the first click of what the desk plays, away from its own ends; −1 if there is none.
  static Frames first_click(Desk& desk) {
    desk.play(kSecond);
    const StereoAudio heard = desk.programme();
    for (const Click& click : find_clicks(std::span<const float>(heard.left), {.floor_db = -50})) return click.at;
    return -1;
  }
  const MemoryTrack track_{StereoAudio(sine(kLength, 220, 48'000, 0.4)), false};
  Desk desk_{1};
};

TEST_F(AbruptEnd, IsFaded) {
  desk_.load(0, track_);
  desk_.send(0, render::SeekDeck{kLength - 20'000});
  desk_.send(0, render::StartDeck{}, 4800);
  EXPECT_EQ(first_click(desk_), -1);
  EXPECT_EQ(desk_.deck(0).state, render::DeckState::kEnded);
}

TEST_F(AbruptEnd, IsFadedAfterAJumpIntoTheFade) {
  for (const Frames before : {1, 40, 65, 100, 239, 241, 300}) {
    Desk desk(1);
    desk.load(0, track_, true);
    desk.play(4800);
    desk.send(0, render::SeekDeck{kLength - before});
    EXPECT_EQ(first_click(desk), -1) << "a jump to " << before << " frames before the end";
  }
}

TEST_F(AbruptEnd, IsFadedAfterAScheduledJumpIntoTheFade) {
  for (const Frames before : {0, 1, 40, 100, 239, 300}) {
    Desk desk(1);
    desk.load(0, track_);
    desk.send(0, render::SeekDeck{kLength - before});
    desk.send(0, render::StartDeck{}, 9600);
    EXPECT_EQ(first_click(desk), -1) << "a start " << before << " frames before the end";
  }
}

TEST_F(AbruptEnd, IsFadedThroughAStretcherToo) {
  for (const double rate : {0.93, 0.97, 1.03, 1.06}) {
    Desk desk(1);
    const Frames from = kLength - 60'000;
    desk.send(0, render::SetKeylock{true});
    desk.send(0, render::SetRate{rate});
    desk.load(0, track_);
    desk.send(0, render::SeekDeck{from});
    desk.send(0, render::StartDeck{desk.primed(track_, rate, 1.0, true, static_cast<double>(from), true)}, 4800);
    desk.play(48'000);
    EXPECT_EQ(first_click(desk), -1) << "rate " << rate;
    EXPECT_EQ(desk.deck(0).state, render::DeckState::kEnded);
  }
}

}  // namespace
}  // namespace segue::test
