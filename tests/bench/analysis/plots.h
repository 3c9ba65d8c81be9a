// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <string>
#include <vector>

namespace segue::bench {

// A name and its values.
struct Series {
  std::string name;
  std::vector<double> values;
};

// Histograms of several series under each other, on one axis; what lies beyond the last edge is counted there.
std::string histogram_svg(const std::string& title, const std::vector<double>& edges,
                          const std::vector<Series>& series);
// What bars are grouped by, and where a line is drawn across them (NaN: none).
struct Group {
  std::string name;
  double goal = std::numeric_limits<double>::quiet_NaN();
};

// Groups of bars, a bar for each series with its value behind; all in percent, what is no number is left out.
std::string bars_svg(const std::string& title, const std::vector<Group>& groups, const std::vector<Series>& series);

}  // namespace segue::bench
