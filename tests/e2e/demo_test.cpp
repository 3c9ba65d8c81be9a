// SPDX-License-Identifier: GPL-3.0-or-later
// Runs `./dev demo` as a newcomer does, against the built programs, and judges what it recorded.
#include <cmath>
#include <filesystem>
#include <iostream>
#include <span>

#include <gtest/gtest.h>

#include "tests/e2e/demo_run.h"
#include "tests/support/audio/clicks.h"

namespace segue::test {
namespace {

constexpr double kSeconds = 12.0;
constexpr double kBeatS = 60.0 / 124.0;  // of both decks: the second takes the tempo of the first
constexpr double kBarS = 4.0 * kBeatS;
constexpr Frames kFramesMin = 11.9 * 48'000;  // what the checks below look at
constexpr double kSilenceDb = -45.0;
constexpr double kCeilingDb = -1.0;  // the limiter's default

class Demo : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "segue_demo_test";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    outcome_ = run_demo(folder, "", static_cast<int>(kSeconds));
  }
  static std::span<const float> left(double from_s, double to_s) { return outcome_.left(from_s, to_s); }

  static DemoRun outcome_;
};

DemoRun Demo::outcome_;

TEST_F(Demo, EndsWell) { EXPECT_EQ(outcome_.status, 0) << outcome_.printed; }

TEST_F(Demo, PrintsTheCommandsItRuns) {
  for (const char* words : {"segue load 1 ", "segue grid 2 128 ", "segue tempo 2 124bpm", "segue keylock 2 on",
                            "segue eq 2 low kill", " play 2\n", " record stop\n"}) {
    EXPECT_NE(outcome_.printed.find(words), std::string::npos) << words << "\n" << outcome_.printed;
  }
  EXPECT_GT(outcome_.entry_s, 2.0) << outcome_.printed;
  EXPECT_LT(outcome_.entry_s, 6.0) << outcome_.printed;
}

TEST_F(Demo, RecordsTheTimeAskedFor) {
  EXPECT_EQ(outcome_.mix.rate_hz, 48'000);
  EXPECT_TRUE(outcome_.mix.is_float);
  EXPECT_EQ(outcome_.mix.frames(), static_cast<Frames>(kSeconds * 48'000));
}

TEST_F(Demo, IsNeverSilentAndNeverTooLoud) {
  ASSERT_GE(outcome_.mix.frames(), kFramesMin);
  for (double at_s = 0.5; at_s + 0.25 < kSeconds - 0.1; at_s += 0.25) {
    EXPECT_GT(to_db(rms(left(at_s, at_s + 0.25))), kSilenceDb) << "at " << at_s << " s";
  }
  EXPECT_LT(to_db(peak(outcome_.audio.left)), kCeilingDb + 0.05);
  EXPECT_LT(to_db(peak(outcome_.audio.right)), kCeilingDb + 0.05);
}

// The bass plays in one bar what no other bar of either track has there; its fourth partial tells its pitch well.
TEST_F(Demo, HasBothTracksEachInItsKey) {
  ASSERT_GE(outcome_.mix.frames(), kFramesMin);
  ASSERT_GT(outcome_.entry_s, 2.0);
  // The last bar before the entry but one is the drop's chord of C major: C2, 65.41 Hz.
  const double one_s = outcome_.entry_s - 2.0 * kBarS;
  const auto one = spectrum_of(left(std::max(0.0, one_s), one_s + kBarS), 48'000).loudest(240.0, 285.0);
  EXPECT_NEAR(one.hz, 4 * 65.41, 3.0) << "deck 1";
  // Two bars after the entry deck 2 plays the second bar of its groove, C2 again, and slowed by 3 % without key lock it
  // would be at 253.5 Hz.
  const double two_s = outcome_.entry_s + 2.0 * kBarS;
  const auto two = spectrum_of(left(two_s, two_s + kBarS), 48'000).loudest(240.0, 285.0);
  EXPECT_NEAR(two.hz, 4 * 65.41, 3.0) << "deck 2";
  EXPECT_GT(to_db(two.amplitude), -50.0) << "deck 2";
}

TEST_F(Demo, SecondTrackIsOnTheBeatOfTheFirst) {
  ASSERT_GE(outcome_.mix.frames(), kFramesMin);
  ASSERT_GT(outcome_.entry_s, 2.0);
  const double first_s = outcome_.stroke_phase(0.3, outcome_.entry_s, kBeatS);
  const double second_s = outcome_.stroke_phase(outcome_.entry_s + 2.1 * kBarS, kSeconds - 0.1, kBeatS);
  const double apart_ms = std::remainder(second_s - first_s, kBeatS) * 1000.0;
  std::cout << "strokes are " << apart_ms << " ms apart\n";
  // The stretcher moves a stroke by a part of its overlap; half a beat off would be 242 ms.
  EXPECT_LT(std::abs(apart_ms), 10.0) << "milliseconds between the strokes of deck 2 and those of deck 1";
}

TEST_F(Demo, HasNoClicks) {
  ASSERT_GE(outcome_.mix.frames(), kFramesMin);
  const auto middle = outcome_.audio.cut(24'000, outcome_.audio.frames() - 4'800);
  // The stretcher's splices in a drum stand out by up to 60 times; a step in the mix does by thousands.
  const auto clicks = find_clicks(middle, {.ratio = 200});
  EXPECT_TRUE(clicks.empty()) << describe(clicks);
}

}  // namespace
}  // namespace segue::test
