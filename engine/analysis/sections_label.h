// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "engine/analysis/bar_features.h"
#include "engine/analysis/novelty.h"
#include "engine/model/analysis.h"

namespace segue::analysis {

// A section in bars.
struct Part {
  std::size_t first = 0;
  std::size_t end = 0;  // the bar behind its last
  model::SectionLabel label = model::SectionLabel::kGroove;

  std::size_t bars() const { return end - first; }
};

// What the labels are told from, one value for each bar.
struct BarCurves {
  std::vector<Presence> presences;
  std::vector<float> energy;
  std::vector<float> beat;
  std::vector<float> novelty;
};

// Names the sections that begin on `starts`, and joins neighbours of one name between which little changes.
std::vector<Part> label_sections(const std::vector<std::size_t>& starts, const BarCurves& curves);

}  // namespace segue::analysis
