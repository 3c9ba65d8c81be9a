// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "tests/bench/analysis/corpus.h"
#include "tests/bench/analysis/finding.h"
#include "tests/bench/analysis/scoring.h"
#include "tests/bench/report.h"

namespace segue::bench {

// What a tool got right over many pieces. A piece counts only where its truth is known.
struct Tally {
  int pieces = 0, acc1 = 0, acc2 = 0, level = 0;
  int steady = 0, within_002 = 0, within_005 = 0;  // pieces of constant tempo
  int within_forgiven = 0;                         // ±0.05 of the tempo, its half or double
  int timed = 0, half_beats = 0;                   // steady ones whose level was found and whose beats are known
  int barred = 0, downbeats = 0;                   // in four, tempo steady or not
  int keyed = 0, keys = 0;
  double mirex = 0;
  BoundaryScore boundaries;
  double audio_s = 0, cpu_s = 0;
  std::vector<double> phase_ms;         // of each timed piece
  std::vector<double> offset_ms;        // signed
  std::vector<double> tempo_error_bpm;  // of each steady piece
  std::vector<double> moving;           // beats within ±35 ms of each piece whose tempo moves, %
  bool tells_beats = false, tells_downbeats = false, tells_keys = false, tells_sections = false;

  void add(const Piece& piece, const Finding& finding, double seconds);
};

// One number of a tally; not a number where the tool does not tell or no piece could say.
struct Figure {
  const char* name;   // in a dotted name: "bpm_within_0.05"
  const char* label;  // for people
  const char* unit;
  double value = 0;
  Goal goal{};  // of the engine's analyser
};
std::vector<Figure> figures_of(const Tally& tally);

// A tool and its tally.
struct Contestant {
  std::string name;
  Tally tally;
};
// The figures of all, a column each, the goals last; in Markdown.
std::string table_of(const std::vector<Contestant>& contestants);

}  // namespace segue::bench
