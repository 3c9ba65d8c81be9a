// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/model/analysis.h"
#include "tests/bench/analysis/corpus.h"

namespace segue::bench {

// Largest differences of our loudness to libebur128's.
struct LoudnessCheck {
  double integrated_lu = 0;
  double range_lu = 0;
  double true_peak_db = 0;
  int pieces = 0;
  int unsaid = 0;  // pieces of which only one side says something

  void add(const Pcm& pcm, const model::Loudness& loudness);
};

// The same music through codecs and sample rates, decoded by the engine.
struct FormatCheck {
  struct Speed {
    std::string format;
    double audio_s = 0;
    double decode_s = 0;   // CPU
    double analyse_s = 0;  // CPU
  };
  double bpm = 0;      // largest difference to WAV at 44.1 kHz
  double grid_ms = 0;  // likewise, of the median over the beats
  int keys = 0;        // files of another key
  int files = 0;
  int broken = 0;             // files that could not be made or decoded
  std::vector<Speed> speeds;  // of what was 44.1 kHz before coding

  void add(const Piece& piece, const std::filesystem::path& folder);
};

// Megabytes that analysing ten minutes of music adds to a process, in a process of its own: call it while this one has
// no other thread and is small.
double measure_memory_mb();

}  // namespace segue::bench
