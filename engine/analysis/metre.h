// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/analysis/chroma.h"
#include "engine/analysis/metre_frames.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// Says of beats that are known which of them begin bars and phrases: hears what happens on them while the track
// streams in, and accumulates evidence over the whole of it. One thread.
class MetreAnalyser {
 public:
  // Every frame of the track's spectrum, in order.
  void push(const SpectrumFrame& frame) { frames_.push(frame); }
  // Fills in what `rhythm` says of bars and phrases and makes its grid begin on a downbeat; its beats stay where they
  // are. `chroma` has heard the same track. Without beats nothing happens.
  void complete(model::Rhythm& rhythm, const Chroma& chroma) const;

 private:
  MetreFrames frames_;
};

}  // namespace segue::analysis
