// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/analysis/plots.h"

#include <limits>

#include <gtest/gtest.h>

namespace segue::bench {
namespace {

int count(const std::string& text, const std::string& what) {
  int found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

TEST(Plots, HistogramCountsEveryValueOnce) {
  const auto svg = histogram_svg("errors", {0, 1, 2, 3}, {{"a", {-5, 0.5, 1.5, 1.6, 99}}});
  // Two below 1, two from 1 to 2, one beyond.
  EXPECT_EQ(count(svg, ">2</text>"), 2 + 1) << "two counts and an edge: " << svg;
  EXPECT_EQ(count(svg, ">1</text>"), 1 + 1) << svg;
  EXPECT_EQ(count(svg, ">3</text>"), 1) << "the last edge";
  EXPECT_EQ(count(svg, "<rect"), 1 + 3);
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

TEST(Plots, BarsLeaveOutWhatIsNoNumber) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const auto svg = bars_svg("rates", {{"one", 90}, {"two"}}, {{"a", {50, none}}, {"b", {10, 20}}});
  EXPECT_EQ(count(svg, "<rect"), 1 + 2 + 3 + 1) << "page, legend, bars, a goal";
  EXPECT_EQ(count(svg, ">50</text>"), 1) << "the value beside its bar";
  EXPECT_EQ(count(svg, "nan"), 0);
}

}  // namespace
}  // namespace segue::bench
