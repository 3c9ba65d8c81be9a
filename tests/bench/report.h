// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue::bench {

// What a number has to be. kNone: measured for the record.
struct Goal {
  enum class Kind { kNone, kAtMost, kAtLeast, kExactly };
  Kind kind = Kind::kNone;
  double value = 0;

  static Goal at_most(double value) { return {Kind::kAtMost, value}; }
  static Goal at_least(double value) { return {Kind::kAtLeast, value}; }
  static Goal exactly(double value) { return {Kind::kExactly, value}; }

  bool is_met_by(double measured) const;
  // "<= 4", or "" for kNone.
  std::string text() const;
};

// The numbers a benchmark found, one JSON object per line on stdout as soon as each is known:
// {"name":"engine.4_decks.64_frames.mean","value":2.1,"unit":"%","goal":"<= 4","met":true}
// Names are dotted, from the area to the statistic. Without a goal "goal" is "" and "met" is true.
class Report {
 public:
  void add(std::string_view name, double value, std::string_view unit, Goal goal = {});
  // False if any goal so far was missed. A benchmark that could measure exits with 0 either way: the lines say it.
  bool all_met() const { return all_met_; }

  // The line for one number, without the line break.
  static std::string line(std::string_view name, double value, std::string_view unit, Goal goal);

 private:
  bool all_met_ = true;
};

double mean(std::span<const double> values);
// The smallest value that at least `percent` % of the values do not exceed (nearest rank); 0 for no values.
double percentile(std::vector<double> values, double percent);

// How long reading base/thread.h's thread_cpu_ns takes, in nanoseconds: subtract it from an interval it delimits.
double thread_cpu_clock_cost_ns();

}  // namespace segue::bench
