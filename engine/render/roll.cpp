// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/render/roll.h"

#include <cmath>

namespace segue::render {
namespace {

constexpr int kHalvingsMax = 4;  // a sixteenth of a beat is 31 ms at 120 bpm; shorter ones buzz

}  // namespace

std::optional<Roll> Roll::choose(const rt::TrackPages& pages, const Beats& beats, double edge, Margin margin) {
  double length = beats.length;
  for (int halvings = 0; halvings <= kHalvingsMax; ++halvings, length /= 2) {
    const double end = beats.anchor + std::floor((edge - beats.anchor) / length) * length;
    const double from = end - length;
    if (from < 0) continue;
    if (pages.has(static_cast<Frames>(from) - margin.before, static_cast<Frames>(end) + margin.after)) {
      return Roll(beats, from, length);
    }
  }
  return std::nullopt;
}

std::int64_t Roll::pass_at(double position) const {
  return static_cast<std::int64_t>(std::floor((position - beats_.anchor) / length_));
}

Trajectory Roll::path_of(std::int64_t pass, const Trajectory& playhead) const {
  const double start = beats_.anchor + static_cast<double>(pass) * length_;
  return {playhead.frame, playhead.position - start + from_, playhead.rate};
}

double Roll::end_of(std::int64_t pass) const { return beats_.anchor + static_cast<double>(pass + 1) * length_; }

double Roll::beat_from(double position) const {
  return beats_.anchor + std::ceil((position - beats_.anchor) / beats_.length) * beats_.length;
}

}  // namespace segue::render
