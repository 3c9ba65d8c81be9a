// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/analysis/waveform_bands.h"
#include "engine/base/audio_block.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// Makes what is drawn of a track: 150 columns a second, each with the highest magnitude of either channel and of three
// bands of the mid channel (crossing at 200 Hz and 2 kHz, 24 dB an octave). A byte v stands for the amplitude
// (v / 255)², so that a client draws v itself as height and −40 dB is a tenth of it.
// An overview column is the highest peak of those it stands for, and for the bands their RMS. One thread; 600 bytes a
// second of track, up to 24 h; what comes after is not drawn.
class WaveformAnalyser {
 public:
  // 8,000 to 384,000 Hz.
  explicit WaveformAnalyser(int sample_rate_hz);

  void push(ConstStereoBlock block);
  // Of what was pushed so far; the last column may stand for less than its share.
  model::Waveform estimate() const;

  // The two conversions; amplitudes above 1 are 255.
  static std::uint8_t byte_of(float amplitude);
  static float amplitude_of(std::uint8_t byte);

 private:
  std::int64_t column_end() const;
  static void append_column(std::vector<std::uint8_t>& detail, float peak, const WaveformBands::Peaks& bands);

  const int sample_rate_hz_;
  WaveformBands bands_;
  std::int64_t frames_ = 0;
  std::int64_t columns_ = 0;
  float peak_ = 0;  // of the column under way
  std::vector<std::uint8_t> detail_;
};

}  // namespace segue::analysis
