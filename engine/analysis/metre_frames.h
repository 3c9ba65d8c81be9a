// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/analysis/spectrum.h"

namespace segue::analysis {

// Kick and bass, bass and snare body, snare, snare wires, cymbals.
inline constexpr std::size_t kMetreBands = 5;
using MetreLevels = std::array<float, kMetreBands>;

// The loudness of five bands over time, kept for the first hour of a track: 110 KB a minute.
class MetreFrames {
 public:
  void push(const SpectrumFrame& frame);

  std::size_t size() const { return levels_db_.size(); }
  // Levels above a floor that lies 50 dB below the loud frames of each band: 0 to about 60 dB.
  std::vector<MetreLevels> above_floor() const;
  // The frame whose middle is at a time of the track; may be out of range.
  std::int64_t frame_at(double seconds) const;
  double frames_per_s() const { return frames_per_s_; }

 private:
  double frames_per_s_ = 0;
  double first_s_ = 0;
  std::vector<MetreLevels> levels_db_;
};

}  // namespace segue::analysis
