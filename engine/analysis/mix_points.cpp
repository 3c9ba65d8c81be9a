// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/mix_points.h"

#include <algorithm>
#include <cstddef>

namespace segue::analysis {
namespace {

constexpr std::size_t kBars = 16;

// Bars from either end: a quarter of the track at most, in whole fours where that is possible.
std::size_t bars_from_end(std::size_t bars) {
  const std::size_t quarter = std::min(kBars, bars / 4);
  return quarter >= 4 ? quarter / 4 * 4 : quarter;
}

}  // namespace

void set_mix_points(model::Structure& structure, const std::vector<double>& lines, const model::SoundBounds& sound) {
  structure.mix_in_s = sound.start_s;
  structure.mix_out_s = sound.end_s;
  if (lines.size() < 2) return;
  const auto& sections = structure.sections;
  const std::size_t bars = lines.size() - 1;
  structure.mix_in_s = lines[bars_from_end(bars)];
  structure.mix_out_s = lines[bars - bars_from_end(bars)];
  if (sections.size() > 1 && sections.front().label == model::SectionLabel::kIntro) {
    // An intro may have several parts.
    const auto end = std::find_if(sections.begin(), sections.end(),
                                  [](const auto& section) { return section.label != model::SectionLabel::kIntro; });
    if (end != sections.end()) structure.mix_in_s = end->at_s;
  }
  if (sections.size() > 1 && sections.back().label == model::SectionLabel::kOutro) {
    structure.mix_out_s = sections.back().at_s;
  }
  structure.mix_in_s = std::clamp(structure.mix_in_s, sound.start_s, sound.end_s);
  structure.mix_out_s = std::clamp(structure.mix_out_s, structure.mix_in_s, sound.end_s);
}

}  // namespace segue::analysis
