// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/sound_bounds.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/engine/analysis/loudness/programme.h"

namespace segue::analysis {
namespace {

using test::append;
using test::append_silence;
using test::Programme;

constexpr int kRate = 44'100;
constexpr double kFrame = 1.0 / kRate;

Programme silence(double seconds) {
  Programme programme{.name = {}, .sample_rate_hz = kRate, .left = {}, .right = {}};
  append_silence(programme, seconds);
  return programme;
}

// Two seconds of silence, three of a tone, two of silence. The first frame of the tone is 0, the second is heard.
Programme tone_in_silence(double peak_db) {
  auto programme = silence(2);
  append(programme, {.peak_db = peak_db, .seconds = 3});
  append_silence(programme, 2);
  return programme;
}

model::SoundBounds bounds_of(const Programme& programme, int block_frames = 1'024) {
  SoundBoundsAnalyser analyser(programme.sample_rate_hz);
  return test::feed(analyser, programme, block_frames).estimate();
}

TEST(SoundBounds, AreThoseOfTheSoundToAFrame) {
  for (const int block_frames : {1, 100, 441, 100'000}) {
    const auto bounds = bounds_of(tone_in_silence(-12), block_frames);
    EXPECT_NEAR(bounds.start_s, 2.0 + kFrame, 0.1 * kFrame) << block_frames;
    EXPECT_NEAR(bounds.end_s, 5.0, 1.1 * kFrame) << block_frames;
  }
}

TEST(SoundBounds, AreOfWhatIsAboveSixtyDecibelsBelowFullScale) {
  EXPECT_NEAR(bounds_of(tone_in_silence(-59)).start_s, 2.0, 0.001);
  EXPECT_EQ(bounds_of(tone_in_silence(-61)).start_s, 0.0);
  EXPECT_EQ(bounds_of(tone_in_silence(-61)).end_s, 0.0);
}

TEST(SoundBounds, OneChannelIsEnough) {
  auto programme = tone_in_silence(-20);
  programme.left.assign(programme.left.size(), 0.0F);
  EXPECT_NEAR(bounds_of(programme).start_s, 2.0, 0.001);
  EXPECT_NEAR(bounds_of(programme).end_s, 5.0, 0.001);
}

TEST(SoundBounds, LeaveOutSingleClicks) {
  auto programme = tone_in_silence(-20);
  for (const double at_s : {0.3, 6.5}) {
    const auto at = static_cast<std::size_t>(at_s * kRate);
    for (std::size_t i = 0; i < 40; ++i) programme.left[at + i] = i % 2 == 0 ? 0.5F : -0.5F;
  }
  EXPECT_NEAR(bounds_of(programme).start_s, 2.0, 0.001) << "the click at 0.3 s counted";
  EXPECT_NEAR(bounds_of(programme).end_s, 5.0, 0.001) << "the click at 6.5 s counted";
}

TEST(SoundBounds, OfNothingButClicksAreThoseOfTheClicks) {
  auto programme = silence(6);
  programme.left[static_cast<std::size_t>(1.5 * kRate)] = 0.7F;
  programme.left[static_cast<std::size_t>(4.5 * kRate)] = 0.7F;
  EXPECT_NEAR(bounds_of(programme).start_s, 1.5, 0.1 * kFrame);
  EXPECT_NEAR(bounds_of(programme).end_s, 4.5 + kFrame, 0.1 * kFrame);
}

TEST(SoundBounds, ConstantOffsetIsNoSound) {
  auto programme = tone_in_silence(-20);
  for (float& x : programme.left) x += 0.02F;
  for (float& x : programme.right) x -= 0.02F;
  EXPECT_NEAR(bounds_of(programme).start_s, 2.0, 0.001);
  EXPECT_NEAR(bounds_of(programme).end_s, 5.0, 0.001);
}

TEST(SoundBounds, OfATrackOfSoundAreItsEnds) {
  Programme programme{.name = {}, .sample_rate_hz = kRate, .left = {}, .right = {}};
  append(programme, {.peak_db = -6, .seconds = 0.2, .phase = 0.25});
  EXPECT_EQ(bounds_of(programme).start_s, 0.0);
  EXPECT_NEAR(bounds_of(programme).end_s, 0.2, 1.1 * kFrame);
}

TEST(SoundBounds, OfNothingAreNone) {
  EXPECT_EQ(bounds_of(silence(3)).end_s, 0.0);
  EXPECT_EQ(bounds_of(Programme{}).end_s, 0.0);
}

}  // namespace
}  // namespace segue::analysis
