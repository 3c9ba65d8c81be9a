// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <gtest/gtest.h>

#include "tests/engine/render/desk.h"
#include "tests/support/audio/compare.h"

namespace segue::test {
namespace {

using render::Side;

constexpr Frames kSecond = 48'000;

// Level of the programme's last tenth of a second, as an amplitude.
double level(Desk& desk) {
  desk.play(kSecond / 2);
  const StereoAudio heard = desk.programme();
  double largest = 0;
  for (Frames i = heard.frames() - kSecond / 10; i < heard.frames(); ++i) {
    largest = std::max(largest, std::abs(double{heard.left[static_cast<std::size_t>(i)]}));
  }
  return largest;
}

class Mixer : public testing::Test {
 protected:
  Mixer() : track_(StereoAudio(sine(60 * kSecond, 1000, 48'000, 0.25))) { desk_.load(0, track_, true); }
  MemoryTrack track_;
  Desk desk_;
};

TEST_F(Mixer, GainsMultiply) {
  EXPECT_NEAR(level(desk_), 0.25, 1e-4);
  desk_.send(0, render::SetFaderGain{0.5F});
  EXPECT_NEAR(level(desk_), 0.125, 1e-4);
  desk_.send(0, render::SetTrim{2.0F});
  EXPECT_NEAR(level(desk_), 0.25, 1e-4);
  desk_.send(0, render::SetMasterGain{0.5F});
  EXPECT_NEAR(level(desk_), 0.125, 1e-4);
  desk_.send(0, render::SetFaderGain{0.0F});
  EXPECT_EQ(level(desk_), 0.0);
}

TEST_F(Mixer, CrossfaderIsUnityInTheMiddleAndSilentAtTheOtherEnd) {
  desk_.send(0, render::AssignSide{Side::kA});
  EXPECT_NEAR(level(desk_), 0.25, 1e-4);
  desk_.send(0, render::SetCrossfaderPosition{-1.0F});
  EXPECT_NEAR(level(desk_), 0.25, 1e-4);
  desk_.send(0, render::SetCrossfaderPosition{0.5F});
  EXPECT_NEAR(level(desk_), 0.25 * std::cos(M_PI / 4), 1e-4);
  desk_.send(0, render::SetCrossfaderPosition{1.0F});
  EXPECT_EQ(level(desk_), 0.0);
  desk_.send(0, render::AssignSide{Side::kB});
  EXPECT_NEAR(level(desk_), 0.25, 1e-4);
  desk_.send(0, render::SetCrossfaderPosition{-1.0F});
  EXPECT_EQ(level(desk_), 0.0);
  desk_.send(0, render::AssignSide{Side::kThru});
  EXPECT_NEAR(level(desk_), 0.25, 1e-4);
}

TEST_F(Mixer, EqualiserKillsABandAndGivesItBack) {
  desk_.send(0, render::SetEqGain{render::Band::kMid, 0.0F});
  EXPECT_LT(20 * std::log10(level(desk_) / 0.25), -50) << "1 kHz is well inside the middle band";
  desk_.send(0, render::SetEqGain{render::Band::kMid, 1.0F});
  EXPECT_NEAR(20 * std::log10(level(desk_) / 0.25), 0, 0.05);
}

TEST_F(Mixer, LimiterHoldsTheCeiling) {
  desk_.send(0, render::SetTrim{16.0F});
  EXPECT_LT(20 * std::log10(level(desk_)), -0.9);
  EXPECT_LT(desk_.snapshot().limiter_gain, 0.5F);
  EXPECT_GT(desk_.snapshot().master_true_peak, 0.8F);
}

TEST_F(Mixer, MetersFollow) {
  level(desk_);
  EXPECT_NEAR(desk_.snapshot().channels[0].peak[0], 0.25F, 0.01F);
  EXPECT_NEAR(desk_.snapshot().master.rms[1], 0.25F / std::sqrt(2.0F), 0.02F);
  EXPECT_EQ(desk_.snapshot().channels[1].peak[0], 0.0F);
}

TEST_F(Mixer, FullRangeMovesLeaveNoStep) {
  level(desk_);
  const Frames from = desk_.programme().frames();
  for (int i = 0; i < 40; ++i) {
    desk_.send(0, render::SetFaderGain{i % 2 == 0 ? 0.0F : 1.0F});
    desk_.send(0, render::SetEqGain{render::Band::kLow, i % 3 == 0 ? 0.0F : 1.0F});
    desk_.play(1200);
  }
  const StereoAudio heard = desk_.programme();
  double bend = 0;
  for (Frames i = from; i < heard.frames(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    bend = std::max(bend, std::abs(double{heard.left[at]} - 2.0 * heard.left[at - 1] + heard.left[at - 2]));
  }
  // A 1 kHz tone of 0.25 bends by 0.0043 a frame; a raised cosine of 240 frames adds less than a tenth to that.
  EXPECT_LT(bend, 0.006) << "a step in a gain bends the wave by its height";
}

}  // namespace
}  // namespace segue::test
