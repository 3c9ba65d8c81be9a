// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "engine/analysis/chroma.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// Finds the key of a track and where it changes, from a mono signal of any block size. One thread.
class KeyAnalyser {
 public:
  // 8,000 to 384,000 Hz.
  explicit KeyAnalyser(int sample_rate_hz) : chroma_(sample_rate_hz) {}

  void push(std::span<const float> mono) { chroma_.push(mono); }
  // What can be said of the track so far; changes nothing. Of the rhythm it needs the grid and the phrases: where they
  // are known, so is what begins on them.
  model::Tonality estimate(const model::Rhythm& rhythm) const;
  // The pitches over time, which tell of harmony to the analyser of metre too.
  const Chroma& chroma() const { return chroma_; }

 private:
  Chroma chroma_;
};

}  // namespace segue::analysis
