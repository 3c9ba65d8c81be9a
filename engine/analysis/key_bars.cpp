// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/key_bars.h"

#include <cmath>

namespace segue::analysis {
namespace {

constexpr double kBarWithoutGridS = 2;

}  // namespace

KeyBars::KeyBars(const model::Rhythm& rhythm) : rhythm_(rhythm), has_grid_(!rhythm.grid.empty()) {
  if (!has_grid_) return;
  phrase_ = rhythm.phrase_bars;
  first_beat_ = std::round(rhythm.grid.beat_at(phrase_ > 0 ? rhythm.phrase_s : rhythm.downbeat_s));
}

double KeyBars::bar_at(double seconds) const {
  if (!has_grid_) return seconds / kBarWithoutGridS;
  return (rhythm_.grid.beat_at(seconds) - first_beat_) / rhythm_.grid.beats_per_bar;
}

double KeyBars::seconds_of(double bar) const {
  if (!has_grid_) return bar * kBarWithoutGridS;
  return rhythm_.grid.seconds_of_beat(first_beat_ + bar * rhythm_.grid.beats_per_bar);
}

}  // namespace segue::analysis
