// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/report.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <numeric>

#include "engine/base/thread.h"

namespace segue::bench {
namespace {

std::string number(double value) {
  // JSON has no word for infinity or not-a-number; null is what a reader can take.
  if (!std::isfinite(value)) return "null";
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

}  // namespace

bool Goal::is_met_by(double measured) const {
  switch (kind) {
    case Kind::kNone: return true;
    case Kind::kAtMost: return measured <= value;
    case Kind::kAtLeast: return measured >= value;
    case Kind::kExactly: return measured == value;
  }
  return false;
}

std::string Goal::text() const {
  switch (kind) {
    case Kind::kNone: return "";
    case Kind::kAtMost: return "<= " + number(value);
    case Kind::kAtLeast: return ">= " + number(value);
    case Kind::kExactly: return "= " + number(value);
  }
  return "";
}

std::string Report::line(std::string_view name, double value, std::string_view unit, Goal goal) {
  return "{\"name\":" + quoted(name) + ",\"value\":" + number(value) + ",\"unit\":" + quoted(unit) +
         ",\"goal\":" + quoted(goal.text()) + ",\"met\":" + (goal.is_met_by(value) ? "true" : "false") + "}";
}

void Report::add(std::string_view name, double value, std::string_view unit, Goal goal) {
  all_met_ = all_met_ && goal.is_met_by(value);
  std::puts(line(name, value, unit, goal).c_str());
  std::fflush(stdout);
}

double mean(std::span<const double> values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double percentile(std::vector<double> values, double percent) {
  if (values.empty()) return 0;
  // Less a hair: 99.9 % of 1,000 is 999, whatever the last bit says.
  const double rank = std::ceil(percent / 100 * static_cast<double>(values.size()) - 1e-9);
  const auto index = static_cast<std::size_t>(std::clamp(rank - 1, 0.0, static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
  return values[index];
}

double thread_cpu_clock_cost_ns() {
  constexpr int kReads = 2001;
  std::vector<double> costs;
  long long before = thread_cpu_ns();
  for (int i = 0; i < kReads; ++i) {
    const long long now = thread_cpu_ns();
    costs.push_back(static_cast<double>(now - before));
    before = now;
  }
  return percentile(std::move(costs), 50);
}

}  // namespace segue::bench
