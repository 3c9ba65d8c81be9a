// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/base/audio_block.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// Listens to one track and says what is known of it: PCM in, model::TrackAnalysis out; one pass feeds all analysers.
// The answer is a function of the samples alone, however they are cut into blocks. One thread at a time, any thread;
// allocates, never blocks. Memory grows by about 2 MB a minute for the first hour and 40 KB a minute beyond.
class Analyser {
 public:
  struct Options {
    int sample_rate_hz = 0;  // of the track itself, 8,000 to 384,000
    model::TempoHint hint{};
  };
  virtual ~Analyser() = default;

  // The next part of the track, full scale ±1, of any length.
  virtual void push(ConstStereoBlock block) = 0;
  double pushed_s() const { return pushed_s_; }
  // What can be said so far: tempo, key and waveform from 10 s on, a grid from 30 s on. Takes tens of milliseconds and
  // changes nothing.
  virtual model::TrackAnalysis estimate() const = 0;
  // The whole answer; the last call. Everything but tags is filled in, `error` where nothing
  // can be said.
  virtual model::TrackAnalysis finish() = 0;

  // Null for a sample rate out of range.
  static std::unique_ptr<Analyser> create(const Options& options);

 protected:
  double pushed_s_ = 0;
};

}  // namespace segue::analysis
