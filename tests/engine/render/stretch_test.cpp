// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <gtest/gtest.h>

#include "tests/engine/render/desk.h"
#include "tests/support/audio/compare.h"

namespace segue::test {
namespace {

constexpr double kRate = 48'000;
constexpr Frames kSecond = 48'000;
constexpr Frames kClickEvery = 24'000;

// A click every half second over a bass and a chord, as hard for a splicing stretcher as music gets.
StereoAudio clicks(Frames frames) {
  std::vector<float> mono = sine(frames, 61.7, kRate, 0.2);
  const std::vector<float> chord = sine(frames, 443, kRate, 0.1);
  for (std::size_t i = 0; i < mono.size(); ++i) {
    mono[i] += chord[i];
    const auto phase = static_cast<Frames>(i) % kClickEvery;
    if (phase < 4) mono[i] += phase % 2 == 0 ? 0.5F : -0.5F;
  }
  return StereoAudio(mono);
}

struct Timing {
  double mean_ms = 0;
  double worst_ms = 0;
  int found = 0;
};

// How far each click of the programme is from where the trajectory puts it.
Timing click_timing(const StereoAudio& heard, Frames started, double rate, Frames from) {
  Timing timing;
  for (int n = 1;; ++n) {
    const double expected = static_cast<double>(started) + n * static_cast<double>(kClickEvery) / rate;
    if (expected + 2000 > static_cast<double>(heard.frames())) break;
    if (expected < static_cast<double>(from)) continue;
    double steepest = 0;
    double at = 0;
    for (auto i = static_cast<std::size_t>(expected - 1200); i < static_cast<std::size_t>(expected + 1200); ++i) {
      const double step = std::abs(double{heard.left[i]} - heard.left[i - 1]);
      if (step > steepest) {
        steepest = step;
        at = static_cast<double>(i);
      }
    }
    if (steepest < 0.3) continue;  // fell into an overlap and was blended away
    const double error_ms = (at - expected) / kRate * 1000;
    timing.mean_ms += error_ms;
    timing.worst_ms = std::max(timing.worst_ms, std::abs(error_ms));
    ++timing.found;
  }
  timing.mean_ms /= std::max(timing.found, 1);
  return timing;
}

// Frequency of the strongest tone near `near_hz`, by the phase advance of two windows half a second apart.
double tone_hz(const StereoAudio& heard, Frames from, double near_hz) {
  const Frames window = 24'000;
  double best_hz = 0;
  double best = 0;
  for (double hz = near_hz * 0.9; hz < near_hz * 1.1; hz += 0.2) {
    double re = 0;
    double im = 0;
    for (Frames i = 0; i < window; ++i) {
      const double phase = 2 * M_PI * hz * static_cast<double>(i) / kRate;
      const double value = heard.left[static_cast<std::size_t>(from + i)] *
                           (0.5 - 0.5 * std::cos(2 * M_PI * static_cast<double>(i) / static_cast<double>(window)));
      re += value * std::cos(phase);
      im += value * std::sin(phase);
    }
    if (const double power = re * re + im * im; power > best) {
      best = power;
      best_hz = hz;
    }
  }
  return best_hz;
}

struct Setting {
  double rate;
  double shift;
  bool keylock;
};

class Stretch : public testing::TestWithParam<Setting> {};

TEST_P(Stretch, KeepsTheTrajectoryAndThePitch) {
  const auto [rate, shift, keylock] = GetParam();
  const MemoryTrack track(clicks(40 * kSecond));
  const MemoryTrack tone(StereoAudio(sine(40 * kSecond, 443, kRate, 0.4)));
  for (const MemoryTrack* source : {&track, &tone}) {
    Desk desk;
    desk.send(0, render::SetRate{rate});
    desk.send(0, render::SetKeyShift{shift});
    desk.send(0, render::SetKeylock{keylock});
    desk.load(0, *source);
    desk.send(0, render::StartDeck{desk.primed(*source, rate, shift, keylock, 0, true)}, 4800);
    desk.play(32 * kSecond, 1024);  // the slips of a steady tone drift through the seek window in about this time
    ASSERT_TRUE(desk.deck(0).is_stretching);
    EXPECT_DOUBLE_EQ(desk.deck(0).position, static_cast<double>(desk.snapshot().frame - 4800) * rate);
    const StereoAudio heard = desk.programme();
    if (source == &tone) {
      const double expected = 443 * render::pitch_ratio(keylock, rate, shift);
      EXPECT_NEAR(tone_hz(heard, 10 * kSecond, expected), expected, 0.5);
    } else {
      const Timing timing = click_timing(heard, 4800, rate, 0);
      EXPECT_GE(timing.found, 40);
      EXPECT_LT(std::abs(timing.mean_ms), 1.5) << "bias against the trajectory";
      EXPECT_LT(timing.worst_ms, 12.0) << "half a seek window and half a round's drift";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Settings, Stretch,
                         testing::Values(Setting{1.05, 1, true}, Setting{0.94, 1, true}, Setting{1.08, 1, true},
                                         Setting{1.0, 1.0595, false}, Setting{1.05, 0.9439, true}));

TEST(Stretcher, InstalledWhilePlayingTakesOverWithoutACut) {
  const MemoryTrack track(StereoAudio(sine(40 * kSecond, 200, kRate, 0.4)));
  Desk desk;
  desk.load(0, track, true);
  desk.play(kSecond);
  desk.send(0, render::SetRate{1.05});
  desk.send(0, render::SetKeylock{true});
  desk.play(960);
  ASSERT_TRUE(desk.deck(0).wants_stretcher);
  const auto& deck = desk.deck(0);
  const Frames at = desk.snapshot().frame + 2048;
  const double there = deck.anchor_position + static_cast<double>(at - deck.anchor_frame) * deck.anchor_rate;
  const auto ticket =
      desk.send(0, render::InstallStretcher{desk.primed(track, 1.05, 1, true, there, false), deck.generation}, at);
  desk.play(kSecond);
  EXPECT_EQ(desk.commit(ticket).outcome, render::Outcome::kDone);
  EXPECT_TRUE(desk.deck(0).is_stretching);
  EXPECT_FALSE(desk.deck(0).wants_stretcher);
  desk.send(0, render::SetKeylock{false});
  desk.play(kSecond);
  EXPECT_FALSE(desk.deck(0).is_stretching);
  EXPECT_EQ(desk.stretchers_back(), 1);
  const StereoAudio heard = desk.programme();
  double step = 0;
  for (std::size_t i = 1; i < heard.left.size(); ++i) {
    step = std::max(step, std::abs(double{heard.left[i]} - heard.left[i - 1]));
  }
  EXPECT_LT(step, 2.2 * 2 * M_PI * 210 / kRate * 0.4 + 0.4 * M_PI / 2 / 48) << "a cut would step by up to 0.8";
}

TEST(Stretcher, ComesBackIfTheDeckJumpedMeanwhile) {
  const MemoryTrack track(StereoAudio(sine(40 * kSecond, 200, kRate, 0.4)));
  Desk desk;
  desk.load(0, track, true);
  desk.send(0, render::SetKeylock{true});
  desk.send(0, render::SetRate{1.05});
  desk.play(960);
  const auto generation = desk.deck(0).generation;
  desk.send(0, render::SeekDeck{kSecond});
  const auto ticket =
      desk.send(0, render::InstallStretcher{desk.primed(track, 1.05, 1, true, 1000, false), generation}, 4800);
  desk.play(9600);
  EXPECT_EQ(desk.commit(ticket).outcome, render::Outcome::kRefused);
  EXPECT_EQ(desk.stretchers_back(), 1);
  EXPECT_TRUE(desk.deck(0).wants_stretcher);
}

TEST(Stretcher, SteersBackAfterATempoChange) {
  const MemoryTrack track(clicks(60 * kSecond));
  Desk desk;
  desk.send(0, render::SetRate{1.05});
  desk.send(0, render::SetKeylock{true});
  desk.load(0, track);
  desk.send(0, render::StartDeck{desk.primed(track, 1.05, 1, true, 0, true)}, 4800);
  desk.send(0, render::SetRate{0.92}, 4800 + 5 * kSecond);
  desk.play(20 * kSecond, 1024);
  // Click n of the second piece: the deck stands at 5.25 s of the track when it begins.
  const double turned = 5.0 * kRate * 1.05;
  const double virtual_start = 4800 + 5.0 * kRate - turned / 0.92;
  const Timing timing = click_timing(desk.programme(), std::llround(virtual_start), 0.92, 6 * kSecond);
  EXPECT_GE(timing.found, 20);
  EXPECT_LT(std::abs(timing.mean_ms), 3.0);
}

TEST(Stretcher, WorksAtEveryEngineRate) {
  for (const int rate_hz : {44'100, 96'000, 192'000}) {
    const MemoryTrack track(StereoAudio(sine(20LL * rate_hz, 443, rate_hz, 0.4)));
    Desk desk(16, rate_hz);
    desk.send(15, render::SetRate{1.05});
    desk.send(15, render::SetKeyShift{0.75});
    desk.send(15, render::SetKeylock{true});
    desk.load(15, track);
    desk.send(15, render::StartDeck{desk.primed(track, 1.05, 0.75, true, 0, true)}, 9600);
    desk.play(8LL * rate_hz, 1024);
    ASSERT_TRUE(desk.deck(15).is_stretching);
    EXPECT_EQ(desk.deck(15).underruns, 0U);
    // tone_hz counts at 48 kHz.
    const double expected = 443 * 0.75 * 48'000 / rate_hz;
    EXPECT_NEAR(tone_hz(desk.programme(), 4LL * rate_hz, expected), expected, 0.5) << rate_hz;
  }
}

TEST(Stretcher, PrimingForgetsWhatWentBefore) {
  const MemoryTrack track(clicks(20 * kSecond));
  const auto used = render::make_stretcher(render::StretcherKind::kSoundtouch, 48'000);
  const auto fresh = render::make_stretcher(render::StretcherKind::kSoundtouch, 48'000);
  const render::StretchTarget before{render::Trajectory{0, 5.0 * kRate, 1.3}, 1.1};
  const render::StretchTarget target{render::Trajectory{0, 3.0 * kRate, 1.04}, 1.0};
  StereoAudio one(Frames{64'000});
  StereoAudio two(Frames{64'000});
  used->prime(track.pages(), before, 0);
  for (Frames at = 0; at < 64'000; at += 64) used->render(one.block(at, 64), track.pages(), before, at);
  used->prime(track.pages(), target, 0);
  fresh->prime(track.pages(), target, 0);
  for (Frames at = 0; at < 64'000; at += 64) {
    used->render(one.block(at, 64), track.pages(), target, at);
    fresh->render(two.block(at, 64), track.pages(), target, at);
  }
  EXPECT_EQ(difference(one, two), "");
}

}  // namespace
}  // namespace segue::test
