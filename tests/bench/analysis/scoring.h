// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/model/analysis.h"

// How right an analysis is: pure functions of what was found and what is true.
namespace segue::bench {

// Within a share of the true tempo, 4 % by custom (Acc1); or of it times ½, 2, ⅓ or 3 (Acc2).
bool is_tempo(double bpm, double true_bpm, double share = 0.04);
bool is_tempo_or_octave(double bpm, double true_bpm, double share = 0.04);
// The notated level comes first; where others can be felt as well (`also`), it may be a ranked alternative after one
// of them.
bool is_level_right(double bpm, std::span<const model::TempoCandidate> alternatives, double true_bpm,
                    std::span<const double> also);

// Where found beats are against true ones.
struct BeatError {
  double offset_ms = 0;       // median of found − true; late is positive
  double phase_ms = 0;        // median of its magnitude
  bool is_half_beat = false;  // more than a quarter of a beat off
};
// Each true beat against the found one next to it. Beats must be at the same level, else half of them hide the error.
// Nothing without beats on both sides.
std::optional<BeatError> beat_error(std::span<const double> found_s, std::span<const double> true_s);
// Share of all beats, true and found, that have a partner within the tolerance: the F measure. Beats outside the true
// span by more than a beat are left out, as nobody says what is right there.
double beats_within(std::span<const double> found_s, std::span<const double> true_s, double tolerance_s = 0.035);

// Signed distance from `at_s` to the nearest multiple of `period_s` away from `origin_s`: −period/2 to period/2.
double wrapped(double at_s, double origin_s, double period_s);
// The found downbeat is on a true one within a quarter of a beat.
bool is_downbeat(double downbeat_s, std::span<const double> true_beats_s, int first_downbeat, int beats_per_bar);

// 1 exact, 0.5 a fifth above, 0.3 the relative, 0.2 the parallel key, else 0.
double mirex_weight(const std::optional<model::Key>& key, const model::Key& truth);

// Boundaries found within the tolerance of true ones, one to one; the start is none.
struct BoundaryScore {
  int hits = 0;
  int found = 0;
  int wanted = 0;

  BoundaryScore& operator+=(const BoundaryScore& other);
  double f_measure() const;  // 1 if there is nothing to find and nothing was found
};
BoundaryScore score_boundaries(std::span<const double> found_s, std::span<const double> true_s, double tolerance_s);

// Constant tempo through beats that jitter: a line fitted to them, outliers of more than 25 ms left out, its tempo
// taken as whole if the fit allows it. What DJ programs make of a beat tracker's answer. Nothing if most beats are
// outliers.
struct SteadyGrid {
  double bpm = 0;
  double first_s = 0;
};
std::optional<SteadyGrid> fit_steady_grid(std::span<const double> beats_s);

}  // namespace segue::bench
