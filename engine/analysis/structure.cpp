// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/structure.h"

#include <algorithm>
#include <cmath>

#include "engine/analysis/bar_features.h"
#include "engine/analysis/energy.h"
#include "engine/analysis/mix_points.h"
#include "engine/analysis/novelty.h"
#include "engine/analysis/sections.h"
#include "engine/analysis/sections_label.h"
#include "engine/analysis/vocal.h"

namespace segue::analysis {
namespace {

PhraseLines phrase_lines(const model::Rhythm& rhythm) {
  PhraseLines lines;
  if (rhythm.grid.empty() || rhythm.phrase_bars <= 0) return lines;
  const double beats = rhythm.grid.beat_at(rhythm.phrase_s) - rhythm.grid.beat_at(rhythm.downbeat_s);
  lines.first = static_cast<int>(std::lround(beats / std::max(1, rhythm.beats_per_bar)));
  lines.bars = rhythm.phrase_bars;
  return lines;
}

std::vector<model::Section> sections_of(const std::vector<Part>& parts, const std::vector<double>& lines,
                                        const std::vector<float>& energy) {
  std::vector<model::Section> sections;
  for (const Part& part : parts) {
    model::Section section;
    section.at_s = lines[part.first];
    section.label = part.label;
    section.bars = static_cast<int>(part.bars());
    for (std::size_t i = part.first; i < part.end; ++i) section.energy += static_cast<double>(energy[i]);
    section.energy /= static_cast<double>(part.bars());
    sections.push_back(section);
  }
  return sections;
}

}  // namespace

void StructureAnalyser::push(const SpectrumFrame& frame) { cells_.push(frame); }

model::Structure StructureAnalyser::estimate(const model::Rhythm& rhythm, const model::SoundBounds& sound,
                                             double duration_s) const {
  model::Structure structure;
  const model::SoundBounds heard{sound.start_s, std::min(sound.end_s, duration_s)};
  const bool has_grid = !rhythm.grid.empty() && rhythm.bpm > 0;
  std::vector<double> lines = bar_lines(rhythm, heard);
  const auto bars = bars_of(cells_.cells(), lines, has_grid ? rhythm.beats_per_bar : 1);
  lines.resize(std::min(lines.size(), bars.size() + 1));
  BarCurves curves;
  curves.presences = presence_of(bars);
  curves.energy = energy_curve(bars, curves.presences);
  curves.beat = beat_curve(bars, curves.presences);
  curves.novelty = novelty_of(curves.presences);
  const auto starts = section_starts(curves.novelty, phrase_lines(rhythm));
  structure.sections = sections_of(label_sections(starts, curves), lines, curves.energy);
  // What comes before the first downbeat belongs to the first section.
  if (!structure.sections.empty()) structure.sections.front().at_s = heard.start_s;
  if (!has_grid) {
    for (auto& section : structure.sections) section.bars = 0;
  }
  structure.vocal = vocal_curve(bars);
  structure.bass = bass_curve(bars);
  structure.energy_level = energy_level(bars, curves.energy, rhythm.bpm);
  structure.spectral_tilt_db = spectral_tilt_db(cells_.cells());
  structure.energy = std::move(curves.energy);
  set_mix_points(structure, lines, heard);
  return structure;
}

}  // namespace segue::analysis
