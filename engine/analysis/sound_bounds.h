// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/audio_block.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// Finds the first and the last sound above −60 dBFS. A constant offset is no sound. Neither is what is over within
// 20 ms with next to nothing else for a second, like a click of a record or a fault of an edit, unless the whole track
// is made of such. One thread.
class SoundBoundsAnalyser {
 public:
  // 8,000 to 384,000 Hz.
  explicit SoundBoundsAnalyser(int sample_rate_hz);

  void push(ConstStereoBlock block);
  // Of what was pushed so far, exact to a frame.
  model::SoundBounds estimate() const;

 private:
  // A stretch of 10 ms with sound, and where in the track that begins and ends.
  struct Loud {
    std::int64_t window = 0;
    std::int64_t from = 0;
    std::int64_t to = 0;
  };
  struct Channel {
    std::vector<float> samples;  // of the window under way
    float resting = 0;           // the middle of the last window without sound
  };
  void close_window();
  // Widens `loud` to the sound of a channel's window; whether there is any.
  bool look(Channel& channel, Loud& loud) const;
  void add(const Loud& loud);

  const int sample_rate_hz_;
  const std::size_t window_frames_;
  std::array<Channel, 2> channels_;
  std::int64_t windows_ = 0;       // closed
  std::int64_t loud_windows_ = 0;  // of them with sound
  std::array<Loud, 2> recent_{};   // the last two of those, in order
  Loud any_;                       // from the first to the last of those
  Loud music_;                     // without clicks; ends at 0 as long as there is nothing else
};

}  // namespace segue::analysis
