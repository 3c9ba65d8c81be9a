// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/metre.h"

#include <algorithm>
#include <cmath>

#include "engine/analysis/metre_bars.h"
#include "engine/analysis/metre_beats.h"

namespace segue::analysis {
namespace {

// Makes the grid count from beat `number`. Where another marker comes first the count begins a bar earlier, on the line
// that the first marker goes on backwards: no beat moves.
void count_from(model::BeatGrid& grid, int number) {
  double at_s = grid.seconds_of_beat(number);
  if (grid.markers.size() > 1 && at_s >= grid.markers[1].at_s) at_s = grid.seconds_of_beat(number - grid.beats_per_bar);
  grid.markers.front().at_s = at_s;
}

}  // namespace

void MetreAnalyser::complete(model::Rhythm& rhythm, const Chroma& chroma) const {
  if (rhythm.beats_s.size() < 2 || rhythm.grid.empty() || frames_.size() == 0) return;
  auto beats = signs_of(rhythm.beats_s, frames_, chroma);
  const auto patterns = patterns_of(rhythm.beats_s, frames_);
  const int bar = beats_per_bar(beats, patterns, rhythm.bpm);
  add_turns(beats, patterns, static_cast<std::size_t>(bar));
  const BarLines lines = find_bar_lines(beats, bar);
  rhythm.beats_per_bar = lines.beats_per_bar;
  rhythm.grid.beats_per_bar = lines.beats_per_bar;
  rhythm.downbeat_s = rhythm.beats_s[static_cast<std::size_t>(lines.first)];
  rhythm.downbeat_confidence = lines.confidence * rhythm.confidence;
  // The first beat need not be the grid's first.
  const auto number = static_cast<int>(std::lround(rhythm.grid.beat_at(rhythm.downbeat_s)));
  count_from(rhythm.grid, number);

  const PhraseGroups phrases = find_phrases(beats, lines);
  rhythm.phrase_bars = phrases.bars;
  const auto phrase = static_cast<std::size_t>(lines.first + phrases.first * lines.beats_per_bar);
  rhythm.phrase_s = rhythm.beats_s[std::min(phrase, rhythm.beats_s.size() - 1)];
}

}  // namespace segue::analysis
