// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/analysis.h"
#include "tests/bench/analysis/corpus.h"

namespace segue::bench {

// What a tool says of a piece, and what that cost.
struct Finding {
  double bpm = 0;
  std::vector<model::TempoCandidate> alternatives;
  std::vector<double> beats_s;
  std::optional<double> downbeat_s;
  std::optional<model::Key> key;
  std::optional<std::vector<double>> boundaries_s;
  double cpu_s = 0;
};

// The engine's analyser; cpu_s is the thread's.
model::TrackAnalysis analyse(const Pcm& pcm);
Finding listen(const Pcm& pcm);

// A program or library that Debian offers for the same job. It is given 16-bit WAV at 44.1 kHz, the rate all of them
// are made for. Beats become a constant grid where the music has one, as DJ programs do.
struct Peer {
  const char* name;
  bool has_key;
  // Nothing if it could not say anything.
  std::optional<Finding> (*listen)(const std::filesystem::path& wav, bool is_constant);
};
// Those that are installed; what is missing is said on stderr.
std::vector<Peer> peers();

// Mixxx's way with qm-dsp: onsets by complex spectral difference every 512 frames, TempoTrackV2, a constant grid
// through its beats, the key that GetKeyMode tells longest.
std::optional<Finding> listen_with_qm(const std::filesystem::path& wav, bool is_constant);
bool has_qm();

// The grid's beats over the given span.
void make_steady(Finding& finding);

}  // namespace segue::bench
