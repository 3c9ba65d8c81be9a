// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/analysis/structure_cells.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// Says of what parts a track is made: collects compact features while the track streams in (about 150 KB a minute, for
// the first hour), and makes sense of them once the beats are known. One thread.
class StructureAnalyser {
 public:
  explicit StructureAnalyser(int sample_rate_hz) : cells_(sample_rate_hz) {}

  // Every frame of the track's spectrum, in order.
  void push(const SpectrumFrame& frame);
  // What can be said of what was pushed so far; changes nothing. `duration_s` is the length of the track so far.
  model::Structure estimate(const model::Rhythm& rhythm, const model::SoundBounds& sound, double duration_s) const;

 private:
  FeatureCells cells_;
};

}  // namespace segue::analysis
