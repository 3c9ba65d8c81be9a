// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/progress.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "clients/cli/terminal.h"

namespace segue::cli {

std::string bytes_text(std::int64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " bytes";
  constexpr std::array kUnits{"kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof(text), value < 9.95 ? "%.1f %s" : "%.0f %s", value, kUnits[unit]);
  return text;
}

std::string progress_bar(double part) {
  constexpr int kCells = 20;
  const double shown = std::clamp(part, 0.0, 1.0);
  const int filled = static_cast<int>(shown * kCells);
  std::string bar;
  for (int i = 0; i < kCells; ++i) bar += i < filled ? "█" : "░";
  char percent[8];
  std::snprintf(percent, sizeof(percent), "%3d%%", static_cast<int>(shown * 100));
  return bar + " " + percent;
}

std::string progress_line(const std::string& task, std::int64_t done, std::int64_t total, const std::string& unit) {
  const bool is_bytes = unit == "bytes";
  const auto amount = [&](std::int64_t count) { return is_bytes ? bytes_text(count) : std::to_string(count); };
  if (total <= 0) return task + "  " + amount(done) + (is_bytes ? "" : " " + unit);
  return progress_bar(static_cast<double>(done) / static_cast<double>(total)) + "  " + amount(done) + " of " + amount(total) + (is_bytes ? "" : " " + unit) + "  " +
         task;
}

void ProgressLine::show(const std::string& line) {
  if (!is_shown_) return;
  // Line wrapping is off meanwhile: a wrapped line could not be drawn over.
  print_message("\r\033[?7l" + line + "\033[K\033[?7h");
  is_drawn_ = true;
}

void ProgressLine::clear() {
  if (is_drawn_) print_message("\r\033[K");
  is_drawn_ = false;
}

}  // namespace segue::cli
