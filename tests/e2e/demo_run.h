// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "tests/support/audio/measure.h"
#include "tests/support/audio/wav.h"

namespace segue::test {

// What one run of `./dev demo` left.
struct DemoRun {
  int status = -1;
  std::string printed;
  WavFile mix;
  StereoAudio audio;
  double entry_s = 0.0;  // where in the mix deck 2 starts, as the printed commands say; −1: they do not

  std::span<const float> left(double from_s, double to_s) const;
  // Where within a beat the bass drum strikes, in seconds from the start of the file modulo a beat: the steepest rise
  // of the level around 180 Hz, where the drum starts and the bass is weak, folded over all beats of a stretch.
  double stroke_phase(double from_s, double to_s, double beat_s) const;
};

// Runs the demo as a newcomer does, against the built programs on the null driver, for so many seconds. `folder` is its
// own, and empty afterwards; `music` is what it mixes, "" for tracks of its own.
DemoRun run_demo(const std::filesystem::path& folder, const std::string& music, int seconds);

}  // namespace segue::test
