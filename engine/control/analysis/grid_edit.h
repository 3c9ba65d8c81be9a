// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>

#include "engine/model/beat_grid.h"

// What one does to a beat grid by hand. Pure; a grid given has a marker.
namespace segue::control {

// All beats that much later.
model::BeatGrid shifted_by_seconds(model::BeatGrid grid, double seconds);
// Beat 1 where beat 1 + `beats` was. Whole beats leave every beat where it is, but for those before the new first
// downbeat where the tempo changes there.
model::BeatGrid shifted_by_beats(const model::BeatGrid& grid, double beats);
// The beat nearest to a place is a downbeat; `moves`: and lies there exactly. The others keep their distance to it.
model::BeatGrid with_downbeat_at(model::BeatGrid grid, double seconds, bool moves);
// So many times the tempo; the first downbeat stays. 0.667 is taken for 2/3.
model::BeatGrid scaled(model::BeatGrid grid, double factor);
// One tempo; the beat nearest to a place stays where it is and keeps its number.
model::BeatGrid with_bpm(const model::BeatGrid& grid, double bpm, double kept_s);

inline constexpr int kTapsMin = 4;           // three intervals, of which one may be wrong
inline constexpr int kTapsMax = 64;          // half a minute; the oldest are forgotten
inline constexpr double kTapPauseS = 2.0;    // then a new series begins: below any tempo of music
// A grid of one tempo through taps, places in the track in rising order, by medians, so that a slip does not count and
// a tap left out is no slower tempo. The first is a downbeat. `present` (null: none) keeps its tempo, which is more
// exact than any hand's, where its level, or a simple multiple of it, is what was tapped; and its phase if the taps lie
// on its beats within what hands are off by. Nothing for fewer than kTapsMin taps or a tempo that is none.
std::optional<model::BeatGrid> tapped(std::span<const double> taps, const model::BeatGrid* present);

// Every marker is within what a grid may hold.
bool is_valid(const model::BeatGrid& grid);

}  // namespace segue::control
