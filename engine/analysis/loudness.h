// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/base/audio_block.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// How loud a track is, after ITU-R BS.1770-4 and EBU R128. libebur128 weighs the signal and sums its power; gates,
// integrated loudness and range are made here from 100 ms sums, so an answer is possible at any time, nothing is
// rounded to a histogram, and 10 h take 1.4 MB. One thread.
//
// A mono track is measured as it is heard: doubled, on two loudspeakers. That is 3.01 LU more than what tools say of
// its single channel (ffmpeg's ebur128 without dualmono=true), and what auto-gain needs so that mono and stereo tracks
// play equally loud.
class LoudnessAnalyser {
 public:
  // 8,000 to 384,000 Hz.
  explicit LoudnessAnalyser(int sample_rate_hz);
  ~LoudnessAnalyser();
  LoudnessAnalyser(const LoudnessAnalyser&) = delete;
  LoudnessAnalyser& operator=(const LoudnessAnalyser&) = delete;

  void push(ConstStereoBlock block);
  // Of what was pushed so far; as if silence followed. Integrated needs 0.4 s, range 3 s of sound.
  model::Loudness estimate() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace segue::analysis
