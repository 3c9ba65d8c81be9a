// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "segue/v1/analysis.pb.h"

namespace segue::cli {

// "124.00"; a dash if none is known.
std::string bpm_text(double bpm);

// A table of analysed tracks: its header, and a line for each. What is not known is a dash, what is a guess (a
// confidence below a half) has a question mark.
std::string analysis_header();
std::string analysis_line(const v1::Analysis& analysis, const std::string& name);

// What listening adds to all that is known of a track, a line each.
std::string analysis_details(const v1::Analysis& analysis);

}  // namespace segue::cli
