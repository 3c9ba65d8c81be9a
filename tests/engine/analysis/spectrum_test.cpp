// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/spectrum.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/audio/signals.h"

namespace segue::test {
namespace {

using analysis::Spectrum;
using analysis::SpectrumFrame;

struct Heard {
  double centre_s;
  double bin_hz;
  std::vector<float> power;
};

std::vector<Heard> listen(std::span<const float> mono, int rate, std::size_t block) {
  Spectrum spectrum(rate);
  std::vector<Heard> frames;
  const auto keep = [&frames](const SpectrumFrame& frame) {
    EXPECT_EQ(frame.index, static_cast<std::int64_t>(frames.size()));
    frames.push_back({frame.centre_s, frame.bin_hz, {frame.power.begin(), frame.power.end()}});
  };
  for (std::size_t at = 0; at < mono.size(); at += block) {
    spectrum.push(mono.subspan(at, std::min(block, mono.size() - at)), keep);
  }
  spectrum.finish(keep);
  return frames;
}

TEST(Spectrum, ASineOfAmplitudeOnePeaksAtOne) {
  constexpr int kRate = 48'000;
  const double hz = 40 * 48'000.0 / 2048;  // the middle of a bin
  const auto frames = listen(sine(kRate, hz, kRate, 1.0), kRate, 1000);
  const Heard& middle = frames[frames.size() / 2];
  EXPECT_NEAR(middle.power[40], 1.0, 1e-3);
  EXPECT_NEAR(middle.bin_hz, 48'000.0 / 2048, 1e-9);
  EXPECT_LT(middle.power[60], 1e-9);
}

TEST(Spectrum, AClickIsHeardAtItsTime) {
  constexpr int kRate = 44'100;
  for (const Frames at : {1'000, 10'000, 43'000}) {
    const auto frames = listen(impulse(kRate, at), kRate, 512);
    double weight = 0;
    double moment = 0;
    for (const Heard& frame : frames) {
      weight += frame.power[100];
      moment += frame.power[100] * frame.centre_s;
    }
    EXPECT_NEAR(moment / weight, static_cast<double>(at) / kRate, 1e-4) << at;
  }
}

TEST(Spectrum, TheCutIntoBlocksChangesNoBit) {
  const auto signal = noise(30'000, 0.5, 7);
  const auto whole = listen(signal, 44'100, signal.size());
  for (const std::size_t block : {1UL, 100UL, 513UL}) {
    const auto cut = listen(signal, 44'100, block);
    ASSERT_EQ(cut.size(), whole.size());
    for (std::size_t i = 0; i < cut.size(); ++i) ASSERT_EQ(cut[i].power, whole[i].power) << block << ' ' << i;
  }
}

TEST(Spectrum, CoversTheTrackToItsEnd) {
  for (const Frames frames : {1, 511, 512, 513, 10'000}) {
    const auto heard = listen(impulse(frames, frames - 1), 44'100, 300);
    double most = 0;
    for (const Heard& frame : heard) most = std::max<double>(most, frame.power[200]);
    EXPECT_GT(most, 2e-6) << frames << " frames: the last sample near the middle of a window";
  }
}

}  // namespace
}  // namespace segue::test
