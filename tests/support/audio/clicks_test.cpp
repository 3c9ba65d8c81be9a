// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/audio/clicks.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

constexpr double kRate = 48'000;
constexpr Frames kSecond = 48'000;

// Places that differ from run to run of the loop, all well inside.
Frames place(Random& random, Frames frames) {
  return 4096 + static_cast<Frames>(random.unit() * static_cast<double>(frames - 8192));
}

bool has_click_near(const std::vector<Click>& clicks, Frames at, Frames within = 2) {
  return std::any_of(clicks.begin(), clicks.end(),
                     [&](const Click& click) { return std::abs(click.at - at) <= within; });
}

TEST(FindClicks, HearsNoneInMusic) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    for (const double bpm : {90.0, 128.0, 174.0}) {
      const auto audio = music(20 * kSecond, {.bpm = bpm, .amplitude = 0.9, .seed = seed});
      const auto clicks = find_clicks(audio);
      EXPECT_TRUE(clicks.empty()) << bpm << " bpm, seed " << seed << ": " << describe(clicks);
    }
  }
}

TEST(FindClicks, HearsNoneInNoiseSweepsAndTones) {
  EXPECT_TRUE(find_clicks(noise(5 * kSecond, 0.5, 7)).empty());
  // Away from their abrupt ends.
  for (const auto& signal : {chirp(5 * kSecond, 30, 20'000, kRate), sine(5 * kSecond, 60, kRate, 0.9)}) {
    const auto clicks = find_clicks(signal);
    EXPECT_TRUE(std::all_of(clicks.begin(), clicks.end(), [](const Click& click) {
      return click.at < 64 || click.at > 5 * kSecond - 64;
    })) << describe(clicks);
  }
  EXPECT_TRUE(find_clicks(silence(kSecond)).empty());
}

TEST(FindClicks, FindsAStepOfMinus50DbInMusicAtItsFrame) {
  const auto clean = music(10 * kSecond, {.amplitude = 0.8, .has_hats = false});
  const auto step = static_cast<float>(std::pow(10.0, -50.0 / 20));
  Random random(5);
  int found = 0;
  constexpr int kTries = 40;
  for (int i = 0; i < kTries; ++i) {
    const Frames at = place(random, clean.frames());
    auto damaged = clean.left;
    for (Frames frame = at; frame < clean.frames(); ++frame) damaged[static_cast<std::size_t>(frame)] += step;
    found += has_click_near(
                 find_clicks(std::span<const float>(damaged).subspan(static_cast<std::size_t>(at - 4096), 8192)), 4096)
                 ? 1
                 : 0;
  }
  EXPECT_EQ(found, kTries);
}

// What goes wrong in an engine: frames lost, repeated or zeroed, a gain that jumps.
TEST(FindClicks, FindsFramesLostRepeatedOrZeroedAndGainJumps) {
  const auto clean = music(10 * kSecond, {.amplitude = 0.8, .has_hats = false}).left;
  Random random(6);
  int found = 0;
  int made = 0;
  for (int i = 0; i < 100; ++i) {
    const auto at = static_cast<std::ptrdiff_t>(place(random, std::ssize(clean)));
    std::vector<float> damaged(clean.begin() + at - 4096, clean.begin() + at + 4096);
    const auto here = damaged.begin() + 4096;
    double jump = 0;
    switch (i % 4) {
      case 0:
        jump = clean[at] - clean[at + 64];
        damaged.erase(here, here + 64);
        break;
      case 1:
        jump = clean[at - 1] - clean[at - 64];
        std::copy(here - 64, here, here);
        break;
      case 2:
        jump = clean[at];
        std::fill(here, here + 32, 0.0F);
        break;
      default:
        jump = 0.06 * clean[at];
        for (auto frame = here; frame != damaged.end(); ++frame) *frame *= 1.06F;
        break;
    }
    if (std::abs(jump) < 0.004) continue;  // no louder than −48 dBFS: nothing to hear
    ++made;
    found += has_click_near(find_clicks(damaged), 4096, 64) ? 1 : 0;
  }
  EXPECT_GE(made, 60);
  EXPECT_EQ(found, made);
}

TEST(FindClicks, LetsRaisedCosineFadesPass) {
  auto audio = music(4 * kSecond, {.amplitude = 0.8, .has_hats = false}).left;
  for (std::size_t i = 0; i < audio.size(); ++i) {
    // A gate that opens and closes four times a second over one millisecond, the engine's shortest ramp.
    const double in_period = std::fmod(static_cast<double>(i), 12'000);
    const double into = std::min({in_period / 48, (6000 - in_period) / 48, 1.0});
    audio[i] *= static_cast<float>(into <= 0 ? 0.0 : 0.5 - 0.5 * std::cos(3.14159265358979 * into));
  }
  const auto clicks = find_clicks(audio);
  EXPECT_TRUE(clicks.empty()) << describe(clicks);
}

TEST(FindDropouts, FindsZerosInsideSoundOnly) {
  auto signal = sine(kSecond, 440, kRate);
  std::fill_n(signal.begin() + 20'000, 40, 0.0F);
  std::fill_n(signal.begin() + 40'000, 8'000, 0.0F);
  const auto dropouts = find_dropouts(signal);
  ASSERT_EQ(dropouts.size(), 1U) << "the second lasts to the end and is the end of the sound";
  EXPECT_EQ(dropouts[0].at, 20'000);
  EXPECT_EQ(dropouts[0].frames, 40);
}

}  // namespace
}  // namespace segue::test
