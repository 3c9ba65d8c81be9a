// SPDX-License-Identifier: GPL-3.0-or-later
// Runs `./dev demo FOLDER` on music whose beats nobody tells it, and judges what it recorded.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <gtest/gtest.h>

#include "tests/e2e/demo_run.h"
#include "tests/support/audio/clicks.h"

namespace segue::test {
namespace {

constexpr int kSeconds = 16;
constexpr double kBeatS = 60.0 / 124.0;  // of both decks: the second takes the tempo of the first
constexpr double kBarS = 4.0 * kBeatS;
constexpr Frames kFramesMin = 15.9 * 48'000;  // what the checks below look at

class MusicDemo : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "segue_demo_music_test";
    std::filesystem::remove_all(folder);
    const std::filesystem::path music = folder / "music";
    std::filesystem::create_directories(music);
    const std::string make = "'" SEGUE_BIN "/make_tracks' '" + music.string() + "' >'" + (folder / "made").string() + "'";
    ASSERT_EQ(std::system(make.c_str()), 0);  // NOLINT(concurrency-mt-unsafe): there is one thread
    ASSERT_TRUE(std::filesystem::remove(music / "truth.json")) << "what tells the beats";
    outcome_ = run_demo(folder, music.string(), kSeconds);
  }

  static DemoRun outcome_;
};

DemoRun MusicDemo::outcome_;

TEST_F(MusicDemo, EndsWell) {
  EXPECT_EQ(outcome_.status, 0) << outcome_.printed;
  EXPECT_EQ(outcome_.mix.frames(), Frames{kSeconds * 48'000});
}

TEST_F(MusicDemo, SaysWhatItHeardAndMixesByIt) {
  for (const char* words : {"one.wav (124 bpm", "two.wav (128 bpm", "Next: two.wav", "on a downbeat, -3.1%",
                            "segue keylock 2 on", "segue tempo 2 12"}) {
    EXPECT_NE(outcome_.printed.find(words), std::string::npos) << words << "\n" << outcome_.printed;
  }
  EXPECT_EQ(outcome_.printed.find("segue grid"), std::string::npos) << "nobody tells it the beats";
  EXPECT_EQ(outcome_.printed.find("by ear"), std::string::npos) << outcome_.printed;
}

TEST_F(MusicDemo, SecondTrackIsOnTheBeatOfTheFirst) {
  ASSERT_GE(outcome_.mix.frames(), kFramesMin);
  ASSERT_GT(outcome_.entry_s, 2.0) << outcome_.printed;
  const double over_s = outcome_.entry_s + 4.1 * kBarS;  // each half of the transition has at most two bars
  ASSERT_LT(over_s + kBarS, kSeconds) << outcome_.printed;
  const double first_s = outcome_.stroke_phase(0.3, outcome_.entry_s, kBeatS);
  const double second_s = outcome_.stroke_phase(over_s, kSeconds - 0.1, kBeatS);
  const double apart_ms = std::remainder(second_s - first_s, kBeatS) * 1000.0;
  std::cout << "strokes are " << apart_ms << " ms apart\n";
  // The stretcher moves a stroke by a part of its overlap; half a beat off would be 242 ms.
  EXPECT_LT(std::abs(apart_ms), 12.0) << "milliseconds between the strokes of deck 2 and those of deck 1";
}

TEST_F(MusicDemo, HasNoClicks) {
  ASSERT_GE(outcome_.mix.frames(), kFramesMin);
  const auto middle = outcome_.audio.cut(24'000, outcome_.audio.frames() - 4'800);
  // As in the demo of tracks that are told: a step in the mix stands out by thousands. Where a splice of the stretcher
  // falls on a stroke after silence, the stroke's first half millisecond is heard 6 ms early as well, some 20 dB below
  // it.
  const auto clicks = find_clicks(middle, {.floor_db = -42, .ratio = 200});
  EXPECT_TRUE(clicks.empty()) << describe(clicks);
}

}  // namespace
}  // namespace segue::test
