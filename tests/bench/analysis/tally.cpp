// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/analysis/tally.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace segue::bench {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double percent(int part, int whole) { return whole == 0 ? kNone : 100.0 * part / whole; }

std::string cell(double value) {
  if (!std::isfinite(value)) return "–";
  char text[32];
  const double size = std::abs(value);
  std::snprintf(text, sizeof text, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
  return text;
}

}  // namespace

void Tally::add(const Piece& piece, const Finding& finding, double seconds) {
  ++pieces;
  audio_s += seconds;
  cpu_s += finding.cpu_s;
  const bool has_level = is_tempo(finding.bpm, piece.bpm);
  acc1 += has_level;
  acc2 += is_tempo_or_octave(finding.bpm, piece.bpm);
  level += is_level_right(finding.bpm, finding.alternatives, piece.bpm, piece.also_bpm);
  tells_beats = tells_beats || !finding.beats_s.empty();
  if (piece.is_constant) {
    ++steady;
    const double off = std::abs(finding.bpm - piece.bpm);
    within_002 += off <= 0.02 + 1e-9;
    within_005 += off <= 0.05 + 1e-9;
    tempo_error_bpm.push_back(off);
    const auto is_near = [&](double bpm) { return std::abs(bpm - piece.bpm) <= 0.05 + 1e-9; };
    within_forgiven += is_near(finding.bpm) || is_near(finding.bpm / 2) || is_near(finding.bpm * 2);
  } else if (!piece.beats_s.empty()) {
    moving.push_back(100 * beats_within(finding.beats_s, piece.beats_s));
  }
  const auto error = has_level && piece.is_constant ? beat_error(finding.beats_s, piece.beats_s) : std::nullopt;
  if (error) {
    ++timed;
    half_beats += error->is_half_beat;
    phase_ms.push_back(error->phase_ms);
    offset_ms.push_back(error->offset_ms);
  }
  if (piece.beats_per_bar == 4 && !piece.beats_s.empty()) {
    ++barred;
    tells_downbeats = tells_downbeats || finding.downbeat_s;
    downbeats += finding.downbeat_s && is_downbeat(*finding.downbeat_s, piece.beats_s, piece.first_downbeat, 4);
  }
  if (piece.key) {
    ++keyed;
    tells_keys = tells_keys || finding.key;
    keys += finding.key == piece.key;
    mirex += mirex_weight(finding.key, *piece.key);
  }
  if (!piece.boundaries_s.empty() && finding.boundaries_s) {
    tells_sections = true;
    const double bar_s = piece.beats_per_bar * 60 / piece.bpm;
    boundaries += score_boundaries(*finding.boundaries_s, piece.boundaries_s, bar_s + 0.01);
  }
}

std::vector<Figure> figures_of(const Tally& tally) {
  const auto told = [](bool tells, double value) { return tells ? value : kNone; };
  const bool has_phase = !tally.phase_ms.empty();
  const double phase_p50 = has_phase ? percentile(tally.phase_ms, 50) : kNone;
  const double phase_p95 = has_phase ? percentile(tally.phase_ms, 95) : kNone;
  const double moving = tally.moving.empty() ? kNone : told(tally.tells_beats, mean(tally.moving));
  const double mirex = tally.keyed == 0 ? kNone : told(tally.tells_keys, tally.mirex / tally.keyed);
  return {
      {"bpm_within_0.02", "BPM within ±0.02, steady tempo", "%", percent(tally.within_002, tally.steady)},
      {"bpm_within_0.05", "BPM within ±0.05, steady tempo", "%", percent(tally.within_005, tally.steady),
       Goal::at_least(97)},
      {"bpm_within_0.05_forgiven", "BPM within ±0.05, half and double forgiven", "%",
       percent(tally.within_forgiven, tally.steady)},
      {"acc1", "Acc1 (±4 %)", "%", percent(tally.acc1, tally.pieces)},
      {"acc2", "Acc2 (±4 %, octaves forgiven)", "%", percent(tally.acc2, tally.pieces)},
      {"level", "metrical level first, or second where felt", "%", percent(tally.level, tally.pieces),
       Goal::at_least(97)},
      {"phase_p50", "beat phase error, median", "ms", phase_p50, Goal::at_most(3)},
      {"phase_p95", "beat phase error, p95", "ms", phase_p95, Goal::at_most(10)},
      {"half_beats", "half-beat errors", "%", percent(tally.half_beats, tally.timed), Goal::at_most(1)},
      {"downbeats", "downbeat right, 4/4", "%", told(tally.tells_downbeats, percent(tally.downbeats, tally.barred)),
       Goal::at_least(90)},
      {"key_exact", "key exact", "%", told(tally.tells_keys, percent(tally.keys, tally.keyed)), Goal::at_least(90)},
      {"key_mirex", "key, MIREX-weighted", "", mirex, Goal::at_least(0.94)},
      {"moving_beats", "beats within ±35 ms, moving tempo", "%", moving, Goal::at_least(90)},
      {"sections_f", "section boundaries within ±1 bar, F", "",
       told(tally.tells_sections, tally.boundaries.f_measure()), Goal::at_least(0.8)},
      {"speed", "speed without decoding", "x", tally.cpu_s > 0 ? tally.audio_s / tally.cpu_s : kNone,
       Goal::at_least(300)},
  };
}

std::string table_of(const std::vector<Contestant>& contestants) {
  std::string out = "| what |";
  std::string rule = "|---|";
  for (const auto& contestant : contestants) {
    out += " " + contestant.name + " |";
    rule += "--:|";
  }
  out += " goal |\n" + rule + "---|\n";
  std::vector<std::vector<Figure>> columns;
  for (const auto& contestant : contestants) columns.push_back(figures_of(contestant.tally));
  for (std::size_t row = 0; row < columns[0].size(); ++row) {
    const Figure& ours = columns[0][row];
    out += "| " + std::string(ours.label) + (*ours.unit == '\0' ? "" : ", " + std::string(ours.unit)) + " |";
    for (const auto& column : columns) out += " " + cell(column[row].value) + " |";
    out += " " + ours.goal.text();
    if (!ours.goal.text().empty() && std::isfinite(ours.value)) out += ours.goal.is_met_by(ours.value) ? " ✓" : " ✗";
    out += " |\n";
  }
  return out;
}

}  // namespace segue::bench
