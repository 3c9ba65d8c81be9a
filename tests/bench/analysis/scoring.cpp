// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/analysis/scoring.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace segue::bench {
namespace {

constexpr double kOutlierS = 0.025;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The element of an ordered list that is nearest to a value.
double nearest(std::span<const double> ordered, double value) {
  const auto after = std::lower_bound(ordered.begin(), ordered.end(), value);
  if (after == ordered.end()) return ordered.back();
  if (after == ordered.begin()) return *after;
  return *after - value < value - *(after - 1) ? *after : *(after - 1);
}

double beat_length(std::span<const double> beats_s) {
  return beats_s.size() < 2 ? 0.5 : (beats_s.back() - beats_s.front()) / static_cast<double>(beats_s.size() - 1);
}

struct Line {
  double origin = 0;
  double slope = 0;
  double worst = 0;  // residual of what was kept
  int kept = 0;
};

// Least squares of beat times over their numbers, those off the given line by more than `limit_s` left out.
Line refit(std::span<const double> beats_s, const std::vector<double>& numbers, const Line& line, double limit_s) {
  double n = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
  Line better = line;
  better.worst = 0;
  for (std::size_t i = 0; i < beats_s.size(); ++i) {
    const double off = std::abs(beats_s[i] - line.origin - line.slope * numbers[i]);
    if (off > limit_s) continue;
    better.worst = std::max(better.worst, off);
    n += 1;
    sum_x += numbers[i];
    sum_y += beats_s[i];
    sum_xx += numbers[i] * numbers[i];
    sum_xy += numbers[i] * beats_s[i];
  }
  const double spread = n * sum_xx - sum_x * sum_x;
  better.kept = static_cast<int>(n);
  if (n < 8 || spread <= 0) return better;
  better.slope = (n * sum_xy - sum_x * sum_y) / spread;
  better.origin = (sum_y - better.slope * sum_x) / n;
  return better;
}

}  // namespace

bool is_tempo(double bpm, double true_bpm, double share) { return std::abs(bpm - true_bpm) <= share * true_bpm; }

bool is_tempo_or_octave(double bpm, double true_bpm, double share) {
  for (const double factor : {1.0, 0.5, 2.0, 1.0 / 3, 3.0}) {
    if (is_tempo(bpm, factor * true_bpm, share)) return true;
  }
  return false;
}

bool is_level_right(double bpm, std::span<const model::TempoCandidate> alternatives, double true_bpm,
                    std::span<const double> also) {
  if (is_tempo(bpm, true_bpm)) return true;
  const bool is_felt = std::any_of(also.begin(), also.end(), [&](double other) { return is_tempo(bpm, other); });
  return is_felt && !alternatives.empty() && is_tempo(alternatives[0].bpm, true_bpm);
}

std::optional<BeatError> beat_error(std::span<const double> found_s, std::span<const double> true_s) {
  if (found_s.empty() || true_s.empty()) return std::nullopt;
  const double beat_s = beat_length(true_s);
  std::vector<double> offsets;
  std::vector<double> magnitudes;
  for (const double beat : true_s) {
    const double off = nearest(found_s, beat) - beat;
    if (std::abs(off) > 0.75 * beat_s) continue;  // nothing was found here
    offsets.push_back(off);
    magnitudes.push_back(std::abs(off));
  }
  if (offsets.empty()) return std::nullopt;
  BeatError error{1000 * median(offsets), 1000 * median(magnitudes), false};
  error.is_half_beat = error.phase_ms > 250 * beat_s;
  return error;
}

double beats_within(std::span<const double> found_s, std::span<const double> true_s, double tolerance_s) {
  if (true_s.empty()) return found_s.empty() ? 1 : 0;
  const double beat_s = beat_length(true_s);
  std::size_t hits = 0;
  std::size_t found = 0;
  std::size_t next = 0;
  for (const double beat : found_s) {
    if (beat < true_s.front() - beat_s || beat > true_s.back() + beat_s) continue;
    ++found;
    while (next < true_s.size() && true_s[next] < beat - tolerance_s) ++next;
    if (next < true_s.size() && true_s[next] <= beat + tolerance_s) {
      ++hits;
      ++next;  // a true beat has one partner
    }
  }
  return 2 * static_cast<double>(hits) / static_cast<double>(found + true_s.size());
}

double wrapped(double at_s, double origin_s, double period_s) { return std::remainder(at_s - origin_s, period_s); }

bool is_downbeat(double downbeat_s, std::span<const double> true_beats_s, int first_downbeat, int beats_per_bar) {
  std::vector<double> downbeats;
  for (auto beat = static_cast<std::size_t>(first_downbeat); beat < true_beats_s.size();
       beat += static_cast<std::size_t>(beats_per_bar)) {
    downbeats.push_back(true_beats_s[beat]);
  }
  if (downbeats.empty()) return false;
  return std::abs(nearest(downbeats, downbeat_s) - downbeat_s) < 0.25 * beat_length(true_beats_s);
}

double mirex_weight(const std::optional<model::Key>& key, const model::Key& truth) {
  if (!key) return 0;
  const int up = (key->tonic - truth.tonic + 12) % 12;
  if (key->is_minor == truth.is_minor) return up == 0 ? 1 : up == 7 ? 0.5 : 0;
  if (up == 0) return 0.2;
  // The relative minor is three semitones below its major.
  return up == (truth.is_minor ? 3 : 9) ? 0.3 : 0;
}

BoundaryScore& BoundaryScore::operator+=(const BoundaryScore& other) {
  hits += other.hits;
  found += other.found;
  wanted += other.wanted;
  return *this;
}

double BoundaryScore::f_measure() const { return found + wanted == 0 ? 1 : 2.0 * hits / (found + wanted); }

BoundaryScore score_boundaries(std::span<const double> found_s, std::span<const double> true_s, double tolerance_s) {
  // In order, each takes the first partner that still is within reach: for intervals of one length that is the most
  // pairs there can be.
  BoundaryScore score{0, static_cast<int>(found_s.size()), static_cast<int>(true_s.size())};
  std::size_t next = 0;
  for (const double boundary : true_s) {
    while (next < found_s.size() && found_s[next] < boundary - tolerance_s) ++next;
    if (next >= found_s.size()) break;
    if (found_s[next] > boundary + tolerance_s) continue;
    ++score.hits;
    ++next;
  }
  return score;
}

std::optional<SteadyGrid> fit_steady_grid(std::span<const double> beats_s) {
  if (beats_s.size() < 8) return std::nullopt;
  std::vector<double> gaps;
  for (std::size_t i = 1; i < beats_s.size(); ++i) gaps.push_back(beats_s[i] - beats_s[i - 1]);
  // The mean of the middle half: less coarse than a median of a tracker's steps.
  std::sort(gaps.begin(), gaps.end());
  double sum = 0;
  const std::size_t from = gaps.size() / 4;
  const std::size_t to = gaps.size() - from;
  for (std::size_t i = from; i < to; ++i) sum += gaps[i];
  Line line{beats_s[0], sum / static_cast<double>(to - from), 0, 0};
  if (line.slope <= 0) return std::nullopt;
  // Numbers are counted from beat to beat, so that a rough tempo does not miscount.
  std::vector<double> numbers = {0};
  for (std::size_t i = 1; i < beats_s.size(); ++i) {
    numbers.push_back(numbers.back() + std::max(1.0, std::round((beats_s[i] - beats_s[i - 1]) / line.slope)));
  }
  line = refit(beats_s, numbers, line, 1e9);
  for (const double limit_s : {0.2, 0.1, 0.05, kOutlierS, kOutlierS}) {
    const Line better = refit(beats_s, numbers, line, limit_s);
    if (better.kept < static_cast<int>(beats_s.size()) / 4) break;
    line = better;
  }
  // A line that leaves out most beats says nothing of them.
  if (refit(beats_s, numbers, line, kOutlierS).kept < static_cast<int>(beats_s.size() / 2)) return std::nullopt;
  SteadyGrid grid{60 / line.slope, line.origin};
  // A whole tempo that stays within the outliers' limit from the first beat to the last.
  const double whole = std::round(grid.bpm);
  const double drift_s = std::abs(60 / whole - line.slope) * numbers.back() / 2;
  if (drift_s < kOutlierS) {
    grid.first_s += (line.slope - 60 / whole) * numbers.back() / 2;
    grid.bpm = whole;
  }
  return grid;
}

}  // namespace segue::bench
