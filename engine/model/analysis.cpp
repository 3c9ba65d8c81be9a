// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/analysis.h"

namespace segue::model {

const char* to_string(SectionLabel label) {
  switch (label) {
    case SectionLabel::kIntro: return "intro";
    case SectionLabel::kGroove: return "groove";
    case SectionLabel::kBuild: return "build";
    case SectionLabel::kDrop: return "drop";
    case SectionLabel::kBreakdown: return "breakdown";
    case SectionLabel::kOutro: return "outro";
  }
  return "";
}

void add_warning(TrackAnalysis& analysis, const std::string& what) {
  if (!analysis.warning.empty()) analysis.warning += "; ";
  analysis.warning += what;
}

}  // namespace segue::model
