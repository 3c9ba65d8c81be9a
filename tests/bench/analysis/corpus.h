// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "tests/support/audio/signals.h"
#include "tests/support/reference/reference_track.h"

namespace segue::bench {

// A piece of music to be analysed and what is known of it.
struct Piece {
  std::string name;
  std::optional<reference::ReferencePlan> plan;  // of music to be made; else `file` is decoded
  std::filesystem::path file;
  double bpm = 0;
  bool is_constant = true;
  std::vector<double> also_bpm;
  std::vector<double> beats_s;  // empty: not known
  int first_downbeat = 0;       // index in beats_s
  int beats_per_bar = 4;
  std::optional<model::Key> key;
  std::vector<double> boundaries_s;  // between sections
};

struct Pcm {
  test::StereoAudio audio;
  int sample_rate_hz = 0;
  double seconds() const { return static_cast<double>(audio.frames()) / sample_rate_hz; }
};

// Music made for the occasion, reference_set's.
std::vector<Piece> reference_pieces(const reference::ReferenceOrder& order);

// Music in a folder: truth.csv with the columns file, bpm and, where known, key, first_downbeat_s, also_bpm,
// beats_per_bar; sections.csv with file and start_s; FILE.beats.txt with a beat a line for music whose tempo
// moves. Without also_bpm, the usual neighbours count as levels that can be felt as well: half and double, in three the
// bar, in two dotted beats the eighth. Fails with NOT_FOUND TRUTH_MISSING.
Result<std::vector<Piece>> pieces_in(const std::filesystem::path& folder);

// The samples of a piece at its own rate. Decoding is what the engine does; rendering cannot fail.
Result<Pcm> load(const Piece& piece);
// A whole file.
Result<Pcm> decode(const std::filesystem::path& file);

}  // namespace segue::bench
