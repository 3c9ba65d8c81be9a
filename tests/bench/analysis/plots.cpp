// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/analysis/plots.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace segue::bench {
namespace {

constexpr std::array<const char*, 5> kColours = {"#2a7f62", "#c0772b", "#5b6fb5", "#8a5a83", "#777777"};

const char* colour(std::size_t index) { return kColours[index % kColours.size()]; }

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string shown_short(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string text_at(double x, double y, const std::string& text, const char* anchor = "start") {
  return "<text x=\"" + shown(x) + "\" y=\"" + shown(y) + "\" text-anchor=\"" + anchor + "\">" + text + "</text>\n";
}

std::string bar_at(double x, double y, double width, double height, const char* fill) {
  return "<rect x=\"" + shown(x) + "\" y=\"" + shown(y) + "\" width=\"" + shown(width) + "\" height=\"" +
         shown(height) + "\" fill=\"" + fill + "\"/>\n";
}

std::string page(double width, double height, const std::string& title, const std::string& content) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + shown(width) + "\" height=\"" + shown(height) +
         "\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n<rect width=\"100%\" height=\"100%\" "
         "fill=\"white\"/>\n" +
         text_at(12, 20, title) + content + "</svg>\n";
}

std::vector<int> counts_of(const std::vector<double>& edges, const std::vector<double>& values) {
  std::vector<int> counts(edges.size() - 1);
  for (const double value : values) {
    const auto above = std::upper_bound(edges.begin(), edges.end(), value) - edges.begin();
    ++counts[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(above - 1, 0, std::ssize(counts) - 1))];
  }
  return counts;
}

}  // namespace

std::string histogram_svg(const std::string& title, const std::vector<double>& edges,
                          const std::vector<Series>& series) {
  constexpr double kRow = 90, kLeft = 110, kBin = 44, kFull = 60;
  std::string out;
  for (std::size_t row = 0; row < series.size(); ++row) {
    const auto counts = counts_of(edges, series[row].values);
    const double total = std::max<double>(1, static_cast<double>(series[row].values.size()));
    const double floor_y = 40 + kRow * static_cast<double>(row) + kFull;
    out += text_at(kLeft - 8, floor_y, series[row].name, "end");
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
      const double height = kFull * counts[bin] / total;
      const double x = kLeft + kBin * static_cast<double>(bin);
      out += bar_at(x, floor_y - height, kBin - 3, height, colour(row));
      if (counts[bin] > 0) out += text_at(x + kBin / 2 - 1, floor_y - height - 2, shown(counts[bin]), "middle");
      out += text_at(x - 1, floor_y + 13, shown(edges[bin]), "middle");
    }
    out += text_at(kLeft + kBin * static_cast<double>(counts.size()) - 1, floor_y + 13, shown(edges.back()), "middle");
  }
  return page(kLeft + kBin * static_cast<double>(edges.size()) + 20, 60 + kRow * static_cast<double>(series.size()),
              title, out);
}

std::string bars_svg(const std::string& title, const std::vector<Group>& groups, const std::vector<Series>& series) {
  constexpr double kBar = 13, kLeft = 280, kFull = 400, kTop = 60, kGap = 14;
  const double group_height = kBar * static_cast<double>(series.size()) + kGap;
  std::string out;
  for (std::size_t s = 0; s < series.size(); ++s) {
    const double x = kLeft + 110 * static_cast<double>(s);
    out += bar_at(x, 30, 10, 10, colour(s)) + text_at(x + 14, 40, series[s].name);
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const double top = kTop + group_height * static_cast<double>(g);
    out += text_at(kLeft - 8, top + (group_height - kGap) / 2 + 4, groups[g].name, "end");
    for (std::size_t s = 0; s < series.size(); ++s) {
      const double value = series[s].values[g];
      if (!std::isfinite(value)) continue;
      const double y = top + kBar * static_cast<double>(s);
      const double width = kFull * std::clamp(value, 0.0, 100.0) / 100;
      out += bar_at(kLeft, y, width, kBar - 2, colour(s)) + text_at(kLeft + kFull + 8, y + 10, shown_short(value));
    }
    if (!std::isfinite(groups[g].goal)) continue;
    out += bar_at(kLeft + kFull * groups[g].goal / 100 - 1, top - 3, 2, group_height - kGap + 4, "#222");
  }
  return page(kLeft + kFull + 60, kTop + group_height * static_cast<double>(groups.size()), title, out);
}

}  // namespace segue::bench
