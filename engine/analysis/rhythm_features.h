// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <vector>

// What of a track's sound its rhythm is told by: a few curves and a list of attacks, about 3 KB a second.
namespace segue::analysis {

// Frequency bands of the curves: kick and bass, bass and snare body, snare and voice, snare wires, hats.
inline constexpr std::size_t kOnsetBands = 5;
inline constexpr std::array<double, kOnsetBands + 1> kOnsetBandsHz{25, 130, 500, 2'200, 6'000, 16'000};

// How much louder each band gets, over time. Values at the same place of all bands belong to the same frame.
struct OnsetCurves {
  double frames_per_s = 0;
  double first_s = 0;  // time in the track of the first frame
  std::array<std::vector<float>, kOnsetBands> bands;

  std::size_t frames() const { return bands[0].size(); }
  double frame_of(double seconds) const { return (seconds - first_s) * frames_per_s; }
};

// Bands of the attacks; each has an envelope of its own.
enum class AttackBand : unsigned char { kLow, kMid, kHigh };
inline constexpr std::size_t kAttackBands = 3;

// A place where a band suddenly gets louder.
struct Attack {
  double at_s = 0;      // where the rise begins
  float level = 0;      // amplitude that it rises to
  float rise = 0;       // of that, the part that is new: 0 to 1
  AttackBand band = AttackBand::kLow;
};

struct RhythmFeatures {
  OnsetCurves curves;
  std::vector<Attack> attacks;  // in order of time
};

}  // namespace segue::analysis
